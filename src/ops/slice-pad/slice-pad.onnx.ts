import type { OnnxCall, OnnxRule } from "../../core/onnx.ts";
import { sliceNumbers } from "./slice.ts";

/** "To the end": larger than any size. */
const end = Number.MAX_SAFE_INTEGER;

/** A position along an axis: counted from the end where it moves with the size. */
function position(call: OnnxCall, name: "starts" | "ends", axis: number): number {
  const found = call.records.map(({ attributes, inputs }) => {
    const at = sliceNumbers(attributes, name)[axis]!;
    return { at, fromEnd: at - inputs[0]!.shape[axis]! };
  });
  const [first] = found as [(typeof found)[number]];
  // The whole axis has the same end for one size of the input too.
  if (name === "ends" && found.every(({ fromEnd }) => fromEnd === 0)) return end;
  if (found.every(({ at }) => at === first.at)) return first.at;
  if (found.every(({ fromEnd }) => fromEnd === first.fromEnd) && first.fromEnd < 0) return first.fromEnd;
  return call.fix(`its ${name} change with the input's size`);
}

export const sliceOnnx: OnnxRule = (call) => {
  const [{ name, sizes }] = call.inputs as [(typeof call.inputs)[number]];
  const steps = sliceNumbers(call.attributes, "steps");
  const cuts = [...sizes.keys()]
    .map((axis) => ({
      axis,
      start: position(call, "starts", axis),
      end: position(call, "ends", axis),
      step: steps[axis]!,
    }))
    .filter((cut) => cut.start !== 0 || cut.end !== end || cut.step !== 1);
  if (cuts.length === 0) return name;
  const list = (key: "start" | "end" | "axis" | "step") => call.ints(cuts.map((cut) => cut[key]));
  const strided = cuts.some(({ step }) => step !== 1);
  return call.add("Slice", [name, list("start"), list("end"), list("axis"), ...(strided ? [list("step")] : [])]);
};

const modes: Readonly<Record<string, string>> = { constant: "constant", reflect: "reflect", replicate: "edge" };

/** PyTorch's list begins with the last dimension, and has begin and end beside each other. */
export const padOnnx: OnnxRule = (call) => {
  const { pad, mode, value } = call.attributes as unknown as { pad: readonly number[]; mode: string; value: number };
  const { length } = call.inputs[0]!.sizes;
  const side = (which: 0 | 1) => Array.from({ length }, (_, axis) => pad[2 * (length - 1 - axis) + which] ?? 0);
  return padded(call, [...side(0), ...side(1)], modes[mode]!, value);
};

export const constantPadOnnx: OnnxRule = (call) => {
  const { before, after, value } = call.attributes as unknown as {
    before: readonly number[];
    after: readonly number[];
    value: number;
  };
  return padded(call, [...before, ...after], "constant", value);
};

function padded(call: OnnxCall, pads: readonly number[], mode: string, value: number): string {
  const { name } = call.inputs[0]!;
  if (pads.every((each) => each === 0)) return name;
  const number = () =>
    call.records[0]!.output.dtype === "int32" ? call.add("Cast", [call.float(value)], { to: 7 }) : call.float(value);
  const fill = mode === "constant" && value !== 0 ? [number()] : [];
  return call.add("Pad", [name, call.ints(pads), ...fill], { mode });
}

/** The gradient of a slice, which a network may use too: zeros between and around. */
export const unsliceOnnx: OnnxRule = (call) => {
  const steps = sliceNumbers(call.attributes, "steps");
  if (steps.some((step) => step !== 1)) call.fail("has no ONNX form for a step other than 1");
  const starts = sliceNumbers(call.attributes, "starts");
  const ends = call.records.map(({ inputs, output }) =>
    output.shape.map((size, axis) => size - starts[axis]! - inputs[0]!.shape[axis]!),
  );
  if (ends.some((each) => `${each}` !== `${ends[0]}`)) call.fix("what it fills in changes with the input's size");
  return padded(call, [...starts, ...ends[0]!], "constant", 0);
};
