import { ArgumentError } from "../core/errors.ts";
import {
  bytesPerElement,
  isSafetensorsDtype,
  type SafetensorsDtype,
  type SafetensorsTensor,
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
}

/** A tensor whose numbers are read each time that somebody asks for them. */
export const tensorReadBy = <Dtype extends StoredDtype>(
  { dtype, shape }: { readonly dtype: Dtype; readonly shape: readonly number[] },
  read: () => Uint8Array,
) => ({
  dtype,
  shape,
  get data() {
    return read();
  },
});

/** @throws ArgumentError for complex numbers, which no network here has. */
export function realTensor(name: string, tensor: StoredTensor): SafetensorsTensor {
  if (isReal(tensor)) return tensor;
  throw new ArgumentError(`${name}: holds complex numbers (${tensor.dtype}), which can't be used here`);
}

const isReal = (tensor: StoredTensor): tensor is SafetensorsTensor => isSafetensorsDtype(tensor.dtype);
