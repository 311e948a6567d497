import { ArgumentError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import { Conv2d, ConvTranspose2d, Linear } from "../../nn/index.ts";
import { type Network, type Recording, recordPartially } from "../recording.ts";
import { type AcceptedSizes, sizesFrom, sizesText, smallestSize } from "./accepted-sizes.ts";

/** Pictures that a network takes: [N, channels, height, width]. */
export interface AcceptedPictures {
  readonly kind: "pictures";
  /** Null: any number. */
  readonly channels: number | null;
  /** With the width at its smallest. */
  readonly height: AcceptedSizes;
  /** With the height at its smallest. */
  readonly width: AcceptedSizes;
  /** One size only, as where a linear layer follows a flatten. */
  readonly fixed: boolean;
}

/** Vectors that a network takes: [N, features]. */
export interface AcceptedVectors {
  readonly kind: "vectors";
  readonly features: number;
}

export type AcceptedInputs = AcceptedPictures | AcceptedVectors;

export interface SearchOptions {
  /** The largest height and width that is tried for a smallest one. Default 512. */
  readonly limit?: number;
  /** Channels of the pictures, where known. */
  readonly channels?: number;
}

/**
 * Which inputs a network takes, found by recording it at one size after the other: nothing is computed. The smallest size is
 * exact; the pattern of larger ones is read off the 32 sizes behind it and a few far ones.
 * @throws ArgumentError where no size up to the limit is accepted: it tells what the network said where it came furthest.
 * @example
 * import { acceptedInputs } from "convsmith/analysis";
 * import { models } from "convsmith";
 * const inputs = acceptedInputs(new models.Unet());
 * console.log(inputs.kind === "pictures" && inputs.height.step); // 16
 */
export function acceptedInputs(network: Network, options: SearchOptions = {}): AcceptedInputs {
  const { limit = 512 } = options;
  const tries = new Tries(network);
  const features = linearFeatures(network);
  if (features !== null && tries.shape([1, features])) return { kind: "vectors", features };
  const found = findPicture(tries, network, limit, options.channels);
  if (!found) {
    const name = network.constructor.name;
    throw new ArgumentError(`${name}: no square up to ${limit} by ${limit} is accepted. ${tries.furthestError}`);
  }
  const { channels, height, width } = found;
  const any = options.channels === undefined && tries.picture(channels + 1, height, width);
  const axes = sizesOf(tries, channels, height, width);
  const fixed = [axes.height, axes.width].every(({ smallest, largest }) => smallest === largest);
  return { kind: "pictures", channels: any ? null : channels, ...axes, fixed };
}

/**
 * The smallest input that a network takes, [1, channels, height, width] or [1, features]: exact, as every smaller square is tried.
 * @throws ArgumentError as acceptedInputs.
 * @example
 * import { smallestInput } from "convsmith/analysis";
 * import { models } from "convsmith";
 * console.log(smallestInput(models.createModel("alexnet").network)); // [1, 3, 63, 63]
 */
export function smallestInput(network: Network, options: SearchOptions = {}): Shape {
  const inputs = acceptedInputs(network, options);
  if (inputs.kind === "vectors") return [1, inputs.features];
  return [1, inputs.channels ?? 1, inputs.height.smallest, inputs.width.smallest];
}

/**
 * What a network takes, in words for a message: "takes [N, 3, H, W] with H and W from 63".
 * @throws ArgumentError as acceptedInputs.
 * @example
 * import { describeInputs } from "convsmith/analysis";
 * import { models } from "convsmith";
 * console.log(describeInputs(new models.LeNet5())); // takes [N, 1, H, W] with H and W from 28 to 31
 */
export function describeInputs(network: Network, options: SearchOptions = {}): string {
  return inputsText(acceptedInputs(network, options));
}

export function inputsText(inputs: AcceptedInputs): string {
  if (inputs.kind === "vectors") return `takes [N, ${inputs.features}]`;
  const { height, width, fixed } = inputs;
  const channels = inputs.channels ?? "C";
  if (fixed) return `takes [N, ${channels}, ${height.smallest}, ${width.smallest}] only`;
  const [rows, columns] = [sizesText(height), sizesText(width)];
  const sizes = rows === columns ? `H and W ${rows}` : `H ${rows} and W ${columns}`;
  return `takes [N, ${channels}, H, W] with ${sizes}`;
}

/** Records a network at one shape after the other. */
class Tries {
  readonly #network: Network;
  readonly #known = new Map<string, boolean>();
  /** Nodes that were recorded before it. */
  #reached = -1;
  /** Of the shape that came furthest: others fail before they reach what is wrong. */
  furthestError = "";

  constructor(network: Network) {
    this.#network = network;
  }

  shape(shape: Shape): boolean {
    const key = shape.join("x");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const accepted = this.record(shape) !== null;
    this.#known.set(key, accepted);
    return accepted;
  }

  record(shape: Shape): Recording | null {
    const recording = recordPartially(this.#network, shape);
    const { error, order } = recording;
    // Whatever a forward throws, it does not take this shape.
    if (error === null) return recording;
    if (order.length > this.#reached) {
      this.#reached = order.length;
      this.furthestError = `At [${shape.join(", ")}]: ${error instanceof Error ? error.message : String(error)}`;
    }
    return null;
  }

  picture(channels: number, height: number, width: number): boolean {
    return this.shape([1, channels, height, width]);
  }
}

interface Picture {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Sizes that most networks take, to find the number of channels with. */
const usual = [224, 256, 64, 32, 28, 299, 128, 512];
/** Width by height of pictures, for networks that take no square. */
const aspects = [2, 1 / 2, 4 / 3, 3 / 4, 16 / 9, 9 / 16];

/** The smallest square, or where none is accepted the smallest picture of a usual aspect. */
function findPicture(tries: Tries, network: Network, limit: number, given?: number): Picture | null {
  const candidates = given === undefined ? channelCandidates(network) : [given];
  const known = candidates.find((channels) =>
    usual.some((size) => size <= limit && tries.picture(channels, size, size)),
  );
  const order = known === undefined ? candidates : [known];
  for (const aspect of [1, ...aspects]) {
    for (const channels of order) {
      const widthOf = (height: number) => Math.max(1, Math.round(height * aspect));
      const height = smallestSize((size) => tries.picture(channels, size, widthOf(size)), limit);
      if (height !== null) return { channels, height, width: widthOf(height) };
    }
  }
  return null;
}

/** Of the first convolutions in the order of the modules: the input reaches one of them first. */
function channelCandidates(network: Network): number[] {
  const layers = network.modules().filter((each) => each instanceof Conv2d || each instanceof ConvTranspose2d);
  const first = [...new Set(layers.map(({ inChannels }) => inChannels))].slice(0, 3);
  return [...new Set([...first, 3, 1])];
}

function linearFeatures(network: Network): number | null {
  return network.modules().find((each) => each instanceof Linear)?.inFeatures ?? null;
}

/** A network that treats both axes alike takes the same sizes along both. */
function sizesOf(tries: Tries, channels: number, height: number, width: number) {
  const acceptsHeight = (size: number) => tries.picture(channels, size, width);
  const acceptsWidth = (size: number) => tries.picture(channels, height, size);
  if (height === width && [height, 224].every((size) => isSquare(tries, channels, size))) {
    const sizes = sizesFrom(height, (size) => tries.picture(channels, size, size));
    return { height: sizes, width: sizes };
  }
  return {
    height: sizesFrom(smallestSize(acceptsHeight, height)!, acceptsHeight),
    width: sizesFrom(smallestSize(acceptsWidth, width)!, acceptsWidth),
  };
}

/** A square in gives squares everywhere, and there are as many 1 by 7 kernels as 7 by 1 (also where the square is not accepted at all). */
function isSquare(tries: Tries, channels: number, size: number): boolean {
  const nodes = tries.record([1, channels, size, size])?.order ?? [];
  const excess = new Map<string, number>();
  for (const { op, shape } of nodes) {
    const [height, width] = shape.slice(-2) as [number, number];
    if (shape.length !== 4 || height === width) continue;
    if (op.kind !== "leaf") return false;
    const key = [height, width].sort((a, b) => a - b).join("x");
    excess.set(key, (excess.get(key) ?? 0) + (height < width ? 1 : -1));
  }
  return [...excess.values()].every((count) => count === 0);
}
