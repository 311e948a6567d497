import { readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Network } from "../analysis/index.ts";
import { ConvsmithError } from "../core/errors.ts";
import { readSafetensors } from "../formats/node.ts";
import { closestNames } from "../models/names.ts";
import type { ModelOptions } from "../models/ready-model.ts";
import { createModel, models, scalable } from "../models/registry.ts";
import { UsageError } from "./errors.ts";

export interface FoundNetwork {
  readonly name: string;
  readonly network: Network;
}

/**
 * The network that a user names, with fresh weights: a name that convsmith knows (`espcn`, `espcn-x3`), a run's folder, a
 * `.safetensors` file of a network that convsmith knows, or a module (`net.ts`) that exports one.
 * @throws ConvsmithError of one line where there is none.
 */
export async function findNetwork(model: string, inputShape: readonly number[], scale?: number): Promise<FoundNetwork> {
  if (/^\.[cm]?[jt]s$/.test(extname(model))) return await fromModule(model, inputShape);
  const entry = await stat(model).catch(() => null);
  if (entry?.isDirectory()) return await fromRun(model, inputShape);
  if (extname(model) === ".safetensors") return await fromWeights(model);
  const suffix = /-x(\d+)$/.exec(model)?.[1];
  const name = suffix === undefined ? model : model.slice(0, -`-x${suffix}`.length);
  if (scale !== undefined && suffix !== undefined && scale !== Number(suffix)) {
    throw new UsageError(`${model}: is for scale ${suffix}, not ${scale}. Leave --scale out.`);
  }
  return known(name, { scale: scale ?? (suffix === undefined ? undefined : Number(suffix)) }, model);
}

function known(name: string, options: ModelOptions, said: string): FoundNetwork {
  if (!Object.keys(models).some((each) => each.toLowerCase() === name.toLowerCase())) {
    const close = closestNames(name, Object.keys(models)).join(", ");
    throw new UsageError(
      `unknown model ${said}. Close are ${close}. Use a name, a run's folder, a .safetensors file, or a module such as net.ts.`,
    );
  }
  const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { name: said, network: createModel(name, set).network as Network };
}

async function fromModule(path: string, shape: readonly number[]): Promise<FoundNetwork> {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const { create } = await load(path);
  return { name: path, network: (await create({ classes: 10, channels, height, width })) as Network };
}

/** Only a module needs the whole package. */
async function load(path: string) {
  const { loadNetworkModule } = await import("../training/node.ts");
  const { packageModules } = await import("./package-modules.ts");
  return await loadNetworkModule(path, await packageModules());
}

/** Built again from the facts that a run's config.json keeps. */
async function fromRun(folder: string, shape: readonly number[]): Promise<FoundNetwork> {
  let network: { readonly name?: unknown; readonly options?: Record<string, unknown> } | undefined;
  try {
    network = JSON.parse(await readFile(join(folder, "config.json"), "utf8")).network;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "holds no config.json, so it is no run's folder" : "its config.json can't be read";
    throw new ConvsmithError(`${folder}: ${reason}`);
  }
  const { name, options = {} } = network ?? {};
  if (typeof name !== "string") throw new ConvsmithError(`${folder}: its config.json names no network`);
  if (name !== "module") return { ...known(name, options, name), name: folder };
  const { create } = await load(String(options.module));
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const request = { classes: 10, channels, height, width, ...(options as object) };
  return { name: folder, network: (await create(request)) as Network };
}

/** The known network whose state_dict has just these names and shapes. */
async function fromWeights(path: string): Promise<FoundNetwork> {
  const { tensors } = await readSafetensors(path);
  for (const name of Object.keys(models)) {
    const scales: ModelOptions[] = scalable.includes(name) ? [{ scale: 3 }, { scale: 2 }, { scale: 4 }] : [{}];
    for (const options of scales) {
      const network = createModel(name, options).network as Network;
      const state = network.stateDict();
      const fits = [...state].every(([key, { shape }]) => `${tensors.get(key)?.shape}` === `${shape}`);
      if (fits && state.size === tensors.size) return { name: path, network };
    }
  }
  throw new ConvsmithError(
    `${path}: holds weights of no network that convsmith knows. Name your module (net.ts) instead.`,
  );
}
