import type { Reference } from "../../core/op.ts";
import { contiguousStrides } from "../../core/shape.ts";
import { batchOffsets, matmulSizes } from "./matmul.ts";

export const matmulReference: Reference = (inputs, output, types, _, attributes) => {
  const { batch, m, n, k } = matmulSizes(types, attributes);
  const [a, b, bias] = inputs;
  const aOffsets = batchOffsets(types[0]!.shape.slice(0, -2), contiguousStrides(types[0]!.shape), batch);
  const bOffsets = batchOffsets(types[1]!.shape.slice(0, -2), contiguousStrides(types[1]!.shape), batch);
  const [aRow, aStep] = attributes.transposeA === true ? [1, m] : [k, 1];
  const [bColumn, bStep] = attributes.transposeB === true ? [k, 1] : [1, n];
  let at = 0;
  for (const [index, aStart] of aOffsets.entries()) {
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let aAt = aStart + row * aRow;
        let bAt = bOffsets[index]! + column * bColumn;
        let sum = 0;
        for (let step = 0; step < k; step++) {
          sum += a![aAt]! * b![bAt]!;
          aAt += aStep;
          bAt += bStep;
        }
        output[at++] = bias ? sum + bias[column]! : sum;
      }
    }
  }
};
