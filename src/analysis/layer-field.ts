import { ArgumentError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { type Box, fieldBox } from "./field-box.ts";
import { type FieldPaths, fieldPaths } from "./field-paths.ts";
import { type FoundLayer, findLayer, lastSpatialLayer } from "./find-layer.ts";
import { centreOf, checkPosition, type Position } from "./followed.ts";
import { FieldMap, type ReceptiveField } from "./receptive-field.ts";
import { type Network, type Recording, recordNetwork } from "./recording.ts";
import { type SeenPixels, seenPixels } from "./seen-pixels.ts";
import { planeOf, type Range } from "./window.ts";

/** What one position of a layer's output sees, in pixels of the network's input. */
export interface PositionField {
  readonly position: Position;
  /** The smallest box that holds what all paths see. Padding counts as pixels: it may begin before 0 and end behind the input. */
  readonly rows: Range;
  readonly columns: Range;
  /** True where a path takes all of an axis: the range is then the axis'. */
  readonly whole: boolean;
  /** The part inside of the input; null where all of it lies in the padding. */
  readonly inside: { readonly rows: Range; readonly columns: Range } | null;
  /** The part of the box's area that lies in the padding, from 0 to 1. */
  readonly paddedShare: number;
  /** The pixels that it really depends on. */
  readonly seen: SeenPixels;
}

/** The receptive field of one layer of a network. */
export class LayerField {
  /** "layer1.0.conv2"; "" for the network itself. */
  readonly path: string;
  /** The layer in a few words: "Conv2d 64→64, 3×3". */
  readonly description: string;
  readonly outputShape: Shape;
  readonly inputShape: Shape;
  /** How often the layer is called: the field is that of its last call. */
  readonly calls: number;
  /** Size, stride and centre of the union of all paths, with the smallest and largest size over all phases. */
  readonly field: ReceptiveField;
  readonly #layer: FoundLayer;
  readonly #recording: Recording;

  constructor(layer: FoundLayer, recording: Recording) {
    const { path, module, node, calls } = layer;
    this.#layer = layer;
    this.#recording = recording;
    this.path = path;
    this.description = module.describe();
    this.outputShape = node.shape;
    this.inputShape = recording.input.shape;
    this.calls = calls;
    if (node.shape.length < 3) {
      const size = `its output is ${node.shape.join("x")}`;
      throw new ArgumentError(`${this.name}: has no height and width, ${size}. Choose a layer in front of it.`);
    }
    const field = new FieldMap({ ...recording, outputs: [node] }).field(node);
    if (!field) {
      const why =
        recording.input.shape.length < 3 ? "the input has no height and width" : "it does not depend on the input";
      throw new ArgumentError(`${this.name}: has no receptive field, ${why}`);
    }
    this.field = field;
  }

  /** As errors call it: "conv1 (Conv2d 3→64, 7×7)". */
  get name(): string {
    return this.path === "" ? this.description : `${this.path} (${this.description})`;
  }

  /** The position in the middle of the output. */
  get centre(): Position {
    return centreOf(this.#layer.node);
  }

  /** What a position sees. @throws ArgumentError for one outside of the layer's output. */
  at(y: number, x: number): PositionField {
    const { node } = this.#layer;
    const { input } = this.#recording;
    checkPosition(this.name, node, [y, x]);
    const seen = seenPixels(input, node, [y, x]);
    return { position: [y, x], seen, ...insideOf(fieldBox(input, node, [y, x]), planeOf(input)) };
  }

  /**
   * Every path from the input to a position, the middle one unless given: paths of the same size, stride and start are
   * one, and of more than `limit` (1000) different ones at a layer the smallest are left out, which the result tells.
   * @throws ArgumentError for a position outside of the layer's output.
   */
  paths(position: Position = this.centre, limit?: number): FieldPaths {
    const { node } = this.#layer;
    checkPosition(this.name, node, position);
    return fieldPaths(this.#recording.input, node, position, limit);
  }
}

/**
 * What a layer of a network sees of an input of this shape: the layer by its path, or the last one that has a height and a width.
 * Nothing is computed.
 * @throws ArgumentError for a layer that the network does not have (with the close names), or one without height and width;
 * ShapeError for an input that does not fit.
 * @example
 * import { nn } from "convsmith";
 * import { fieldOf } from "convsmith/analysis";
 * const conv = () => new nn.Conv2d(1, 1, 3, { stride: 2, padding: 1 });
 * const field = fieldOf(new nn.Sequential(conv(), conv()), [1, 1, 32, 32], "1");
 * console.log(field.field.height.size, field.field.height.stride); // 7 4
 * console.log(field.at(0, 0).rows, field.at(0, 0).inside); // [-3, 3] { rows: [0, 3], columns: [0, 3] }
 */
export function fieldOf(network: Network, inputShape: Shape, layer?: string): LayerField {
  const recording = recordNetwork(network, inputShape);
  const found = layer === undefined ? lastSpatialLayer(network, recording) : findLayer(network, recording, layer);
  return new LayerField(found, recording);
}

function insideOf(
  box: Box | null,
  [height, width]: readonly [number, number],
): Pick<PositionField, "rows" | "columns" | "whole" | "inside" | "paddedShare"> {
  // A position between the taps of a transposed convolution sees nothing.
  if (!box) return { rows: [0, -1], columns: [0, -1], whole: false, inside: null, paddedShare: 0 };
  const rows: Range = box[0] ?? [0, height - 1];
  const columns: Range = box[1] ?? [0, width - 1];
  const clip = ([first, last]: Range, length: number): Range => [Math.max(0, first), Math.min(length - 1, last)];
  const inside = { rows: clip(rows, height), columns: clip(columns, width) };
  const length = ([first, last]: Range) => Math.max(0, last - first + 1);
  const area = length(inside.rows) * length(inside.columns);
  return {
    rows,
    columns,
    whole: box.includes(null),
    inside: area > 0 ? inside : null,
    paddedShare: 1 - area / (length(rows) * length(columns)),
  };
}
