/** The part of jax-js's interface that is used here: the package is there only where the benchmark is run. */
export interface JaxArray {
  readonly shape: number[];
  /** An operation takes its operands; what is used again is referred to by this. */
  readonly ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  transpose(order?: readonly number[]): JaxArray;
  data(): Promise<Float32Array>;
  dispose(): void;
}
type Unary = (x: JaxArray) => JaxArray;
type Loss = (values: JaxArray[]) => JaxArray;
interface ArrayOptions {
  readonly shape?: readonly number[];
  readonly dtype?: unknown;
}
export interface Jax {
  readonly init: (device: "wasm") => Promise<unknown>;
  readonly defaultDevice: (device: "wasm") => unknown;
  readonly jit: <F>(f: F) => F;
  readonly valueAndGrad: (loss: Loss) => (values: JaxArray[]) => [JaxArray, JaxArray[]];
  readonly lax: {
    readonly conv: (
      x: JaxArray,
      kernel: JaxArray,
      strides: readonly number[],
      padding: readonly (readonly [number, number])[],
    ) => JaxArray;
    readonly reduceWindow: (x: JaxArray, f: Unary, size: readonly number[], strides: readonly number[]) => JaxArray;
  };
  readonly nn: {
    readonly relu: Unary;
    readonly sigmoid: Unary;
    readonly logSoftmax: Unary;
    readonly oneHot: (x: JaxArray, classes: number) => JaxArray;
  };
  readonly numpy: {
    readonly int32: unknown;
    readonly array: (values: readonly number[] | Float32Array | Int32Array, options?: ArrayOptions) => JaxArray;
    readonly zeros: (shape: readonly number[]) => JaxArray;
    readonly dot: (x: JaxArray, y: JaxArray) => JaxArray;
    readonly split: (x: JaxArray, parts: number) => JaxArray[];
    readonly tanh: Unary;
    readonly square: Unary;
    readonly sqrt: Unary;
    readonly mean: Unary;
    readonly sum: Unary;
    readonly max: Unary;
  };
}
