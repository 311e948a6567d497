import { stat } from "node:fs/promises";
import { extname } from "node:path";
import type { InferredOptionTypes, Options } from "yargs";
import { recordPartially } from "../analysis/recording.ts";
import { ConvsmithError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { fitPicture, imageExtensions, type PictureSize, readImage } from "../data/node.ts";
import { parseNpy, readRegular, readSafetensors, realTensor, toFloat32 } from "../formats/node.ts";
import { torchvisionModels } from "../models/torchvision.ts";
import { type Tensor, tensor } from "../tensor/index.ts";
import { readRunFields } from "../training/run-fields.ts";
import { UsageError } from "./errors.ts";
import type { FoundModel } from "./model.ts";

export const pictureOptions = {
  size: {
    type: "string",
    describe: "A picture: resize its shorter side (224), or both sides (224x320, height first)",
    requiresArg: true,
  },
  crop: {
    type: "string",
    describe: "A picture: then cut out the middle, 224 or 224x320 [a square of --size, where that is one number]",
    requiresArg: true,
  },
  mean: { type: "string", describe: "A picture: subtracted from each channel in [0, 1]", requiresArg: true },
  std: { type: "string", describe: "A picture: what each channel is divided by", requiresArg: true },
} as const satisfies Record<string, Options>;

type PictureRequest = Partial<InferredOptionTypes<typeof pictureOptions>>;

export const isPicture = (path: string): boolean => imageExtensions.includes(extname(path).toLowerCase());

/** The numbers of a .npy or .safetensors file. @throws ConvsmithError for a file of several tensors; FileFormatError for a damaged one. */
export async function readNumbers(path: string): Promise<Tensor> {
  if (extname(path) === ".npy") {
    const found = parseNpy(await readRegular(path), path);
    return tensor(toFloat32(found), found.shape);
  }
  if (extname(path) !== ".safetensors") {
    throw new UsageError(`--input must be a .npy or .safetensors file with the numbers, or a picture, got ${path}`);
  }
  const { tensors } = await readSafetensors(path);
  const [entry, ...rest] = [...tensors];
  if (!entry || rest.length > 0) throw new ConvsmithError(`${path}: needs one tensor, has ${tensors.size}`);
  const found = realTensor(entry[0], entry[1]);
  return tensor(toFloat32(found), found.shape);
}

/** @throws UsageError for options about pictures where the input is none. */
export function checkNoPictureOptions(path: string, request: PictureRequest): void {
  const name = (["size", "crop", "mean", "std"] as const).find((each) => request[each] !== undefined);
  if (name) throw new UsageError(`--${name} is for a picture, and --input is ${path}`);
}

/** How a picture becomes an input. */
interface Preparation extends PictureSize {
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

/** A picture as the input of a network, and in words how it became one. What is not asked for is as the network was trained. */
export async function readPicture(
  path: string,
  model: FoundModel,
  request: PictureRequest,
): Promise<{ readonly input: Tensor; readonly how: string }> {
  const known = await knownPreparation(model);
  const asked = sizeOf(request);
  const { resize, crop } = asked ?? known;
  const image = await readImage(path);
  const sides = crop ?? (Array.isArray(resize) ? resize : [image.height, image.width]);
  const channels = channelsOf(model, sides as [number, number]);
  const { height, width, codes } = fitPicture(image, channels, { ...(resize && { resize }), ...(crop && { crop }) });
  const ofChannels = (name: "mean" | "std", neutral: number) => {
    const given = request[name] === undefined ? known[name] : numbersOf(name, request[name]);
    const values = given ?? Array<number>(channels).fill(neutral);
    const wide = values.length === 1 ? Array<number>(channels).fill(values[0]!) : values;
    if (wide.length === channels) return wide;
    if (request[name] === undefined) return Array<number>(channels).fill(neutral);
    throw new UsageError(
      `--${name} must be ${channels === 1 ? "one number" : "one or three numbers"}, got ${request[name]}`,
    );
  };
  const [mean, std] = [ofChannels("mean", 0), ofChannels("std", 1)];
  const area = height * width;
  const data = Float32Array.from(codes, (code, at) => {
    const channel = Math.floor(at / area);
    return (code / 255 - mean[channel]!) / std[channel]!;
  });
  const resized = resize ? [`resized to ${[resize].flat().join("×")}`] : [];
  const cut = crop ? [`cut to ${crop.join("×")}`] : [];
  const scaled = `mean ${mean.join(", ")}, std ${std.join(", ")}`;
  const kind = channels === 1 ? "grey" : "colour";
  return { input: tensor(data, [1, channels, height, width]), how: [kind, ...resized, ...cut, scaled].join(", ") };
}

/** @throws UsageError */
function sizeOf({ size, crop }: PictureRequest): PictureSize | null {
  if (size === undefined && crop === undefined) return null;
  const sides = (name: string, text: string): readonly number[] => {
    const found = text.split(/[x×]/i).map((each) => (/^\d+$/.test(each.trim()) ? Number(each) : 0));
    if (found.length <= 2 && found.every((each) => each >= 1 && each <= 65_535)) return found;
    throw new UsageError(`--${name} must be pixels, such as 224 or 224x320, got ${text}`);
  };
  const resize = size === undefined ? [] : sides("size", size);
  const cut = crop === undefined ? (resize.length === 1 ? resize : []) : sides("crop", crop);
  return {
    ...(resize.length > 0 && { resize: resize.length === 1 ? resize[0]! : ([resize[0]!, resize[1]!] as const) }),
    ...(cut.length > 0 && { crop: [cut[0]!, cut.at(-1)!] as const }),
  };
}

function numbersOf(name: "mean" | "std", text: string): readonly number[] {
  const values = text.split(",").map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  const fits = values.every((each) => Number.isFinite(each) && (name === "mean" || each > 0));
  if (fits && (values.length === 1 || values.length === 3)) return values;
  throw new UsageError(
    `--${name} must be one or three numbers${name === "std" ? " above 0" : ""} such as 0.485,0.456,0.406, got ${text}`,
  );
}

const asItIs: Preparation = { mean: null, std: null };

/** As a run's folder says; torchvision's for its networks; else the picture as it is. */
async function knownPreparation({ name, inputShape }: FoundModel): Promise<Preparation> {
  const folder = await stat(name).catch(() => null);
  if (folder?.isDirectory()) {
    const data = (await readRunFields(name)).object("data");
    if (!data.has("input")) return asItIs;
    const [channels, height, width] = data.shape("input");
    // Without a size to resize to, the middle was cut to the input's shape first: near to its shorter side.
    const resize = data.has("resize") ? data.whole("resize") : Math.min(height, width);
    const ofChannels = (field: string) => (data.has(field) ? data.numbers(field, channels) : null);
    return { resize, crop: [height, width], mean: ofChannels("mean"), std: ofChannels("std") };
  }
  if (!Object.hasOwn(torchvisionModels, name.toLowerCase())) return asItIs;
  const [height, width] = inputShape.slice(-2) as [number, number];
  const resize = Math.round((Math.max(height, width) * 8) / 7);
  return { resize, crop: [height, width], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
}

/** As many as the network takes at these sides. @throws ConvsmithError for a network that takes neither grey nor colour. */
function channelsOf({ network, inputShape }: FoundModel, [height, width]: readonly [number, number]): 1 | 3 {
  const first = inputShape.at(-3) === 1 ? 1 : 3;
  const error = (channels: number): unknown => recordPartially(network, [1, channels, height, width] as Shape).error;
  const problem = error(first);
  if (problem === null) return first;
  const other = first === 1 ? 3 : 1;
  if (error(other) === null) return other;
  throw problem;
}
