/** The part of TensorFlow.js's interface that is used here: the package is there only where the benchmark is run. */
export interface TfTensor {
  readonly name: string;
  readonly rank: number;
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dataSync(): Float32Array;
  dispose(): void;
}
type Unary = (x: TfTensor) => TfTensor;
type Binary = (x: TfTensor, y: TfTensor) => TfTensor;
type Loss = () => TfTensor;
type Variables = readonly TfTensor[];
export interface TfOptimizer {
  minimize(loss: Loss, returnCost: true, variables: Variables): TfTensor;
}
export interface TensorFlow {
  readonly version: { readonly tfjs: string };
  readonly setBackend: (name: "wasm" | "cpu") => Promise<boolean>;
  readonly tensor: (values: Float32Array, shape: readonly number[]) => TfTensor;
  readonly tensor1d: (values: Int32Array, dtype: "int32") => TfTensor;
  readonly oneHot: (x: TfTensor, classes: number) => TfTensor;
  readonly variable: Unary;
  readonly relu: Unary;
  readonly tanh: Unary;
  readonly sigmoid: Unary;
  readonly square: Unary;
  readonly mean: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly matMul: (x: TfTensor, y: TfTensor, transposeX: boolean, transposeY: boolean) => TfTensor;
  readonly reshape: (x: TfTensor, shape: readonly number[]) => TfTensor;
  readonly transpose: (x: TfTensor, order: readonly number[]) => TfTensor;
  readonly conv2d: (x: TfTensor, kernel: TfTensor, stride: number, padding: number) => TfTensor;
  readonly maxPool: (x: TfTensor, size: number, stride: number, padding: "valid") => TfTensor;
  readonly losses: { readonly softmaxCrossEntropy: (labels: TfTensor, logits: TfTensor) => TfTensor };
  readonly train: {
    readonly adam: (rate: number, beta1: number, beta2: number, epsilon: number) => TfOptimizer;
  };
  readonly tidy: (work: () => void) => void;
  readonly variableGrads: (
    loss: Loss,
    variables?: Variables,
  ) => { readonly value: TfTensor; readonly grads: Readonly<Record<string, TfTensor>> };
}
export interface TensorFlowWasm {
  readonly setThreadsCount: (count: number) => void;
  readonly getThreadsCount: () => number;
}
