import type { Attributes } from "./op.ts";
import type { Shape, TensorType } from "./shape.ts";

/** A tensor that a node holds itself: int64 numbers, or float32 ones. */
export interface OnnxTensor {
  readonly kind: "int" | "float";
  readonly shape: Shape;
  readonly numbers: readonly number[] | Float64Array;
}

/** Whole numbers are ONNX's ints: a number that is a fraction says so. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: OnnxTensor };

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** One node of an ONNX graph as plain data. An input "" is left out. */
export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: OnnxAttributes;
}

/** A tensor of the graph that is written. A size of null follows from the size of the network's input. */
export interface OnnxValue {
  readonly name: string;
  readonly sizes: readonly (number | null)[];
}

/** One call of an op, as it was recorded for one size of the network's input. */
export interface OnnxRecord {
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
  readonly attributes: Attributes;
}

/** What a rule writes the nodes of one call with. */
export interface OnnxCall {
  /** The version of ONNX's operators, 17 or later. */
  readonly opset: number;
  /** Those of the op. Reading one that changes with the size of the network's input makes that size a fixed one. */
  readonly attributes: Attributes;
  readonly inputs: readonly OnnxValue[];
  readonly output: Omit<OnnxValue, "name">;
  /** The same call for each size of the network's input that was tried, that of the export first. */
  readonly records: readonly OnnxRecord[];
  /** Puts a node in. @returns the name of its output. */
  add(type: string, inputs: readonly string[], attributes?: OnnxAttributes): string;
  /** A constant of whole numbers in one dimension: sizes, axes, positions. */
  ints(numbers: readonly number[]): string;
  /** A single number, which broadcasts. */
  float(number: number): string;
  floats(shape: Shape, numbers: Float32Array): string;
  /** A shape, given for each record, in one dimension of whole numbers: sizes that vary are read off other tensors. */
  shape(shapes: readonly Shape[]): string;
  /** The truth values of a tensor of 1 and 0, and back. */
  truth(name: string): string;
  fromTruth(name: string): string;
  /** Writes the body of a composition in its place. */
  body(): string;
  /** For a call that has no ONNX form: `problem` goes on after layer and op. */
  fail(problem: string): never;
  /** For a call that has one only where the network's input has one size. */
  fix(problem: string): never;
}

/** Writes a call as ONNX nodes. @returns the name of the tensor that stands for its output: that of an input where nothing is to be done. */
export type OnnxRule = (call: OnnxCall) => string;
