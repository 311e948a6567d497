import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { createJiti } from "jiti";
import { ConvsmithError } from "../core/errors.ts";
import { fileError } from "../formats/atomic-file.ts";
import { Module } from "../nn/index.ts";
import type { Network } from "./fit.ts";
import type { InputShape } from "./tasks/classification-data.ts";

/** convsmith's own modules by the names that users import them by: "convsmith", "convsmith/nn", … */
export type PackageModules = Readonly<Record<string, unknown>>;

/** What a factory is told about the data. */
export interface NetworkRequest {
  readonly classes: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A user's module: its network and the input that it wants. */
export interface NetworkModule {
  /** Made anew at each call from the seed that is set. */
  readonly create: (request: NetworkRequest) => Promise<Network>;
  /** Its export `input`, [channels, height, width]; null where it has none. */
  readonly input: InputShape | null;
}

/**
 * Loads a TypeScript or JavaScript module whose default export is a network: a Module, a class, or a function that makes
 * one (`({ classes, channels, height, width }) => Module`). `convsmith` inside it is this installation, so that there is one device and one
 * generator. The module is run: load only what you trust.
 * @throws ConvsmithError of one line where it can't be loaded or exports no network.
 */
export async function loadNetworkModule(path: string, modules: PackageModules): Promise<NetworkModule> {
  const file = resolve(path);
  try {
    if (!(await stat(file)).isFile()) throw new ConvsmithError(`${path}: it is a folder, not a module`);
  } catch (error) {
    throw fileError("read", path, error);
  }
  const jiti = createJiti(import.meta.url, { virtualModules: { ...modules }, interopDefault: false, fsCache: false });
  // A network that was exported as an instance is made again.
  delete jiti.cache[file];
  let loaded: { readonly default?: unknown; readonly input?: unknown };
  try {
    loaded = await jiti.import(file);
  } catch (error) {
    throw moduleError(path, "cannot be loaded", error);
  }
  const made = loaded.default;
  if (!(made instanceof Module) && typeof made !== "function") {
    throw new ConvsmithError(
      `${path}: needs a default export that is a network, got ${made === undefined ? "none" : typeof made}. Use export default class … extends nn.Module, or export default () => new nn.Sequential(…).`,
    );
  }
  return { create: (request) => create(path, made, request), input: inputOf(path, loaded.input) };
}

async function create(path: string, made: unknown, request: NetworkRequest): Promise<Network> {
  let network: unknown;
  try {
    network = made instanceof Module ? made : isClass(made) ? new made(request) : await (made as Factory)(request);
  } catch (error) {
    throw moduleError(path, "its network cannot be made", error);
  }
  if (network instanceof Module) return network as Network;
  throw new ConvsmithError(
    `${path}: its default export makes no network: needs an instance of nn.Module, got ${typeof network}`,
  );
}

type Factory = (request: NetworkRequest) => unknown;

function isClass(made: unknown): made is new (request: NetworkRequest) => Module {
  return typeof made === "function" && made.prototype instanceof Module;
}

function inputOf(path: string, input: unknown): InputShape | null {
  if (input === undefined) return null;
  if (Array.isArray(input) && input.length === 3 && input.every((each) => Number.isInteger(each) && each > 0)) {
    return [input[0], input[1], input[2]];
  }
  throw new ConvsmithError(`${path}: its export input must be [channels, height, width], got ${JSON.stringify(input)}`);
}

function moduleError(path: string, problem: string, error: unknown): ConvsmithError {
  const message = error instanceof Error ? error.message : String(error);
  return new ConvsmithError(`${path}: ${problem}: ${message.trim().split("\n")[0]}`, { cause: error });
}
