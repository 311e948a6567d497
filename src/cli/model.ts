import { stat } from "node:fs/promises";
import { extname } from "node:path";
import type { Network } from "../analysis/index.ts";
import { ConvsmithError } from "../core/errors.ts";
import { closestNames } from "../core/names.ts";
import type { Shape } from "../core/shape.ts";
import { isWeightFile, withTensorFile } from "../formats/node.ts";
import type { ModelOptions } from "../models/ready-model.ts";
import { type NearMiss, recognise } from "../models/recognise.ts";
import { createModel, models, optionsOf } from "../models/registry.ts";
import type { NetworkRequest } from "../training/network-module.ts";
import { readRunFields } from "../training/run-fields.ts";
import { UsageError } from "./errors.ts";
import { parseInputShape } from "./input-shape.ts";
import { checkRequest, type ModelRequest } from "./model-options.ts";
import { fromOnnx, type OnnxRequest } from "./onnx-model.ts";

/** A network that a user names. */
export interface FoundModel {
  readonly name: string;
  readonly network: Network;
  /** The one that was asked for, or that the network is known for. */
  readonly inputShape: Shape;
  /** Another one of the kind, with fresh weights. */
  readonly make: () => Promise<Network>;
}

/** A shape for a network of which none is known. */
type ShapeFor = (network: Network) => Shape | Promise<Shape>;

const refuse =
  (name: string): ShapeFor =>
  async (network) => {
    const { describeInputs } = await import("../analysis/solve/inputs.ts");
    throw new UsageError(
      `${name}: --input is missing, and the module has no export input = [channels, height, width]. The network ${describeInputs(network)}: give a shape, such as --input 1x3x224x224.`,
    );
  };

/**
 * The network that a user names, with fresh weights: a name that convsmith knows (`espcn`, `espcn-x3`), a run's folder, a
 * file of weights of a network that convsmith knows, or a module (`net.ts`) that exports one.
 * @throws ConvsmithError of one line where there is none, or no shape of input is known.
 */
export async function findModel(
  model: string,
  request: ModelRequest & OnnxRequest,
  shapeFor: ShapeFor = refuse(model),
): Promise<FoundModel> {
  checkRequest(request);
  if (request.dim && extname(model) !== ".onnx") {
    throw new UsageError(`${model}: --dim is for .onnx files. Give --input, such as --input 1x3x224x224.`);
  }
  const input = request.input === undefined ? undefined : parseInputShape(request.input);
  if (/^\.[cm]?[jt]s$/.test(extname(model)))
    return await fromModule(
      model,
      model,
      input,
      request.classes === undefined ? {} : { classes: request.classes },
      shapeFor,
    );
  const entry = await stat(model).catch(() => null);
  if (entry?.isDirectory()) return await fromRun(model, input, shapeFor);
  if (isWeightFile(model)) return await fromWeights(model, input);
  if (extname(model) === ".onnx") return await fromOnnx(model, input, request);
  const suffix = /-x(\d+)$/.exec(model)?.[1];
  const name = suffix === undefined ? model : model.slice(0, -`-x${suffix}`.length);
  const { scale, classes, "aux-logits": auxLogits, "width-multiplier": widthMultiplier } = request;
  if (scale !== undefined && suffix !== undefined && scale !== Number(suffix)) {
    throw new UsageError(`${model}: is for scale ${suffix}, not ${scale}. Leave --scale out.`);
  }
  return known(
    name,
    { scale: scale ?? (suffix === undefined ? undefined : Number(suffix)), classes, auxLogits, widthMultiplier },
    model,
    input,
    entry !== null,
  );
}

type AskedOptions = {
  readonly [Key in "scale" | "classes" | "auxLogits" | "widthMultiplier"]?: ModelOptions[Key] | undefined;
};

async function known(
  name: string,
  asked: AskedOptions,
  said: string,
  input?: Shape,
  isFile = false,
): Promise<FoundModel> {
  const found = Object.keys(models).find((each) => each.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    if (isFile) {
      throw new UsageError(
        `${said}: is no kind of file that holds a network here: give a .ts, .js, .mts, .mjs, .cts, .cjs, .safetensors, .pt, .pth or .onnx file, a run's folder, or a network's name.`,
      );
    }
    const close = closestNames(name, Object.keys(models)).join(", ");
    throw new UsageError(
      `unknown model ${said}. Close are ${close}. Use a name, a run's folder, a .safetensors, .pt, .pth or .onnx file, or a module such as net.ts.`,
    );
  }
  const options = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const taken = optionsOf(found);
  for (const option of Object.keys(options)) {
    if (taken.includes(option as keyof ModelOptions)) continue;
    const flags = taken.map(flagOf).join(", ");
    throw new UsageError(`${said}: takes no ${flagOf(option)}${flags ? `; it takes ${flags}` : ""}. Leave it out.`);
  }
  const make = async () => createModel(found, options).network as Network;
  const { network, inputHint } = createModel(found, options);
  return { name: said, network: network as Network, inputShape: input ?? inputHint, make };
}

const flagOf = (option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `asked`: the classes, and of a run the input, that the network is made for. */
async function fromModule(
  path: string,
  name: string,
  input: Shape | undefined,
  asked: Partial<NetworkRequest>,
  shapeFor: ShapeFor,
): Promise<FoundModel> {
  const { create, input: own } = await load(path);
  const trained = asked.channels && asked.height && asked.width ? [1, asked.channels, asked.height, asked.width] : null;
  const shape = input ?? trained ?? (own && [1, ...own]);
  const [channels = 3, height = 224, width = 224] = shape?.slice(-3) ?? [];
  const make = async () => (await create({ classes: 10, channels, height, width, ...asked })) as Network;
  const network = await make();
  return { name, network, inputShape: shape ?? (await shapeFor(network)), make };
}

/** Only a module needs the whole package. */
async function load(path: string) {
  const { loadNetworkModule } = await import("../training/node.ts");
  const { packageModules } = await import("./package-modules.ts");
  return await loadNetworkModule(path, await packageModules());
}

/** Built again from the facts that a run's config.json keeps. */
async function fromRun(folder: string, input: Shape | undefined, shapeFor: ShapeFor): Promise<FoundModel> {
  const config = await readRunFields(folder);
  const network = config.object("network");
  const [name, options] = [network.text("name"), network.object("options")];
  const whole = (field: string) => (options.has(field) ? options.whole(field) : undefined);
  if (name === "module") {
    const sizes = ["classes", "channels", "height", "width"].map((field) => [field, whole(field)] as const);
    const asked = Object.fromEntries(sizes.filter(([, size]) => size !== undefined));
    return await fromModule(options.text("module"), folder, input, asked, shapeFor);
  }
  const data = config.has("data") ? config.object("data") : null;
  const trained = data?.has("input") ? ([1, ...data.shape("input")] as const) : undefined;
  const asked = {
    scale: whole("scale"),
    classes: whole("classes"),
    auxLogits: options.has("auxLogits") ? options.flag("auxLogits") : undefined,
    widthMultiplier: options.has("widthMultiplier") ? options.number("widthMultiplier") : undefined,
  };
  return { ...(await known(name, asked, name, input ?? trained)), name: folder };
}

/** The known network that such weights are of; of the file, the numbers are not read. */
async function fromWeights(path: string, input?: Shape): Promise<FoundModel> {
  const found = await withTensorFile(path, {}, ({ tensors }) => recognise(tensors));
  if (!found || "key" in found) throw new ConvsmithError(`${path}: ${unknownText(found)}`);
  const { name, options, network, inputHint } = found;
  const make = async () => createModel(name, options).network as Network;
  return { name: path, network: network as Network, inputShape: input ?? inputHint, make };
}

function unknownText(miss: NearMiss | null): string {
  const advice = "Name your module (net.ts) instead";
  if (!miss) return `holds weights of no network that convsmith knows. ${advice}.`;
  const { name, key, expected, found } = miss;
  const text = (shape: Shape | null) => (shape ? `is [${shape.join(", ")}]` : "is missing");
  return `holds weights of no network that convsmith knows: of the nearest, ${name}, ${key} ${text(expected)}, and in the file it ${text(found)}. ${advice}.`;
}
