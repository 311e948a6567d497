import type { Reference } from "../../core/op.ts";
import { resampleTables } from "./resample.ts";

export const resample2dReference: Reference = ([input], output, _types, _outputType, attributes) => {
  const [height, width] = resampleTables(attributes);
  const planes = output.length / (height.outputSize * width.outputSize || 1);
  const row = new Float64Array(width.inputSize);
  let at = 0;
  for (let plane = 0; plane < planes; plane++) {
    const base = plane * height.inputSize * width.inputSize;
    for (let y = 0; y < height.outputSize; y++) {
      row.fill(0);
      for (let term = height.starts[y]!; term < height.starts[y + 1]!; term++) {
        const from = base + height.indices[term]! * width.inputSize;
        for (let x = 0; x < row.length; x++) row[x]! += height.weights[term]! * input![from + x]!;
      }
      for (let x = 0; x < width.outputSize; x++) {
        let sum = 0;
        for (let term = width.starts[x]!; term < width.starts[x + 1]!; term++) {
          sum += width.weights[term]! * row[width.indices[term]!]!;
        }
        output[at++] = sum;
      }
    }
  }
};
