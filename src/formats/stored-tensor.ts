import {
  bytesPerElement,
  isSafetensorsDtype,
  type SafetensorsDtype,
  type SafetensorsTensor,
  type TensorOrigin,
  wrongTensor,
} from "./safetensors-dtype.ts";

/** Types of elements that files have: those of safetensors, and complex numbers. */
export type StoredDtype = SafetensorsDtype | "C64" | "C128";

/** Bytes of one element. */
export const bytesOf: Readonly<Record<StoredDtype, number>> = { ...bytesPerElement, C64: 8, C128: 16 };

/** A tensor of a file: little-endian elements in row-major order. Complex ones can be listed, not used. */
export interface StoredTensor {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  readonly origin?: TensorOrigin;
}

/** A tensor whose numbers are read each time that somebody asks for them. */
export const tensorReadBy = <Dtype extends StoredDtype>(
  { dtype, shape }: { readonly dtype: Dtype; readonly shape: readonly number[] },
  read: () => Uint8Array,
  origin: TensorOrigin,
) => ({
  dtype,
  shape,
  origin,
  get data() {
    return read();
  },
});

/** The same tensors, whose numbers are read now and never again: those that lie apart in memory are gathered for it. */
export const withNumbers = <Tensor extends StoredTensor>(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
  new Map([...tensors].map(([name, tensor]) => [name, { ...tensor }]));

/** @throws FileFormatError for complex numbers, which no network here has; ArgumentError where the tensor comes from no file. */
export function realTensor(name: string, tensor: StoredTensor): SafetensorsTensor {
  if (isReal(tensor)) return tensor;
  throw wrongTensor(tensor, `${name} holds complex numbers (${tensor.dtype}), which can't be used here`);
}

const isReal = (tensor: StoredTensor): tensor is SafetensorsTensor => isSafetensorsDtype(tensor.dtype);
