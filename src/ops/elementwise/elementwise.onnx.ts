import type { OnnxCall, OnnxRule } from "../../core/onnx.ts";

const names = ({ inputs }: OnnxCall) => inputs.map(({ name }) => name);

const plain =
  (type: string): OnnxRule =>
  (call) =>
    call.add(type, names(call));

const comparison =
  (type: string): OnnxRule =>
  (call) =>
    call.fromTruth(call.add(type, names(call)));

export const addOnnx = plain("Add");
export const subOnnx = plain("Sub");
export const mulOnnx = plain("Mul");
export const divOnnx = plain("Div");
export const negOnnx = plain("Neg");
export const maximumOnnx = plain("Max");
export const minimumOnnx = plain("Min");
export const absOnnx = plain("Abs");
export const signOnnx = plain("Sign");
export const expOnnx = plain("Exp");
export const logOnnx = plain("Log");
export const sqrtOnnx = plain("Sqrt");
export const floorOnnx = plain("Floor");
export const powOnnx = plain("Pow");

export const eqOnnx = comparison("Equal");
export const ltOnnx = comparison("Less");
export const leOnnx = comparison("LessOrEqual");
export const neOnnx: OnnxRule = (call) => call.fromTruth(call.add("Not", [call.add("Equal", names(call))]));

export const whereOnnx: OnnxRule = (call) => {
  const [mask, ...choices] = names(call) as [string, string, string];
  return call.add("Where", [call.truth(mask), ...choices]);
};

export const constantOnnx: OnnxRule = (call) => call.float(call.attributes.value as number);

export const detachOnnx: OnnxRule = (call) => call.inputs[0]!.name;

/** ONNX's 1 is float32, its 7 int64: whole numbers are those there. */
export const castOnnx: OnnxRule = (call) =>
  call.add("Cast", names(call), { to: call.attributes.dtype === "int32" ? 7 : 1 });

export const clampOnnx: OnnxRule = (call) => {
  const { min, max } = call.attributes as { min: number | null; max: number | null };
  const bounds = [min === null ? "" : call.float(min), ...(max === null ? [] : [call.float(max)])];
  return call.add("Clip", [...names(call), ...bounds]);
};

export const powNumberOnnx: OnnxRule = (call) => {
  const exponent = call.attributes.exponent as number;
  if (exponent === 0.5) return call.add("Sqrt", names(call));
  if (exponent === -1) return call.add("Reciprocal", names(call));
  return call.add("Pow", [...names(call), call.float(exponent)]);
};
