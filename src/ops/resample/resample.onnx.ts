import type { OnnxAttributes, OnnxCall, OnnxRecord, OnnxRule } from "../../core/onnx.ts";
import { onBatch } from "../pooling.onnx.ts";
import type { AxisMap, AxisTable } from "./axis-map.ts";
import { resampleTables } from "./resample.ts";

const mapsOf = ({ attributes }: OnnxRecord) => [attributes.mapH, attributes.mapW] as unknown as [AxisMap, AxisMap];

/** What a map says beside sizes: null where that is not the same for all sizes of the network's input. */
function steadyRule({ records }: OnnxCall, axis: 0 | 1): AxisMap | null {
  const rules = records.map((record) => {
    const [kind, , , ...numbers] = mapsOf(record)[axis];
    return JSON.stringify([kind, ...numbers]);
  });
  return rules.every((rule) => rule === rules[0]) ? mapsOf(records[0]!)[axis] : null;
}

export const resample2dOnnx: OnnxRule = (call) => {
  const maps = ([0, 1] as const).map((axis) => steadyRule(call, axis));
  const [height, width] = maps;
  if (!height || !width || call.attributes.transposed) return byMatrices(call);
  const kinds = [height[0], width[0]];
  if (kinds.every((kind) => kind === "flip" || kind === "identity")) return flipped(call, kinds);
  const alike = kinds.every((kind) => kind === "resize") && `${height.slice(4)}` === `${width.slice(4)}`;
  if (!alike) return byMatrices(call);
  const [mode, coordinates, rounding, cubic, excludeOutside] = height.slice(4) as [
    string,
    string,
    string,
    number,
    boolean,
  ];
  const attributes: OnnxAttributes = {
    coordinate_transformation_mode: coordinates,
    mode,
    ...(mode === "nearest" && { nearest_mode: rounding }),
    ...(mode === "cubic" && { cubic_coeff_a: { float: cubic }, exclude_outside: excludeOutside ? 1 : 0 }),
  };
  return resized(call, attributes, [height[3] as number, width[3] as number]);
};

/** One Resize. `scales` are used as they are, a pair with 0: the sizes decide. */
export function resized(call: OnnxCall, attributes: OnnxAttributes, scales: readonly [number, number]): string {
  if (scales.every((scale) => scale > 0)) {
    const factors = Float32Array.of(1, 1, ...scales);
    return onBatch(call, (x) => call.add("Resize", [x, "", call.floats([4], factors)], attributes));
  }
  const sizes = call.shape(
    call.records.map(({ output }) => (output.shape.length === 3 ? [1, ...output.shape] : output.shape)),
  );
  return onBatch(call, (x) => call.add("Resize", [x, "", "", sizes], attributes));
}

function flipped(call: OnnxCall, kinds: readonly unknown[]): string {
  const { length } = call.inputs[0]!.sizes;
  const axes = [length - 2, length - 1].filter((_, axis) => kinds[axis] === "flip");
  const each = (value: number) => call.ints(axes.map(() => value));
  // To the front and past it.
  return axes.length === 0
    ? call.inputs[0]!.name
    : call.add("Slice", [call.inputs[0]!.name, each(-1), each(-(2 ** 31)), call.ints(axes), each(-1)]);
}

/** Any linear map of height and width, as a product with a matrix for each, which only one size of picture has. */
function byMatrices(call: OnnxCall): string {
  const [{ name, sizes }] = call.inputs as [OnnxCall["inputs"][number]];
  if (sizes.at(-2) === null || sizes.at(-1) === null) call.fix("how it weighs pixels changes with the input's size");
  const [height, width] = resampleTables(call.attributes);
  const rows = call.floats([height.outputSize, height.inputSize], dense(height));
  const columns = call.floats([width.outputSize, width.inputSize], dense(width));
  const across = call.add("Transpose", [columns], { perm: [1, 0] });
  return call.add("MatMul", [call.add("MatMul", [rows, name]), across]);
}

/** [outputs, inputs] */
function dense({ inputSize, outputSize, starts, indices, weights }: AxisTable): Float32Array {
  const matrix = new Float32Array(outputSize * inputSize);
  for (let output = 0; output < outputSize; output++) {
    for (let term = starts[output]!; term < starts[output + 1]!; term++) {
      matrix[output * inputSize + indices[term]!] = weights[term]!;
    }
  }
  return matrix;
}
