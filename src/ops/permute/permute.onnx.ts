import type { OnnxRule } from "../../core/onnx.ts";
import { permutedDims } from "./permute.ts";

export const permuteOnnx: OnnxRule = (call) =>
  call.add("Transpose", [call.inputs[0]!.name], { perm: permutedDims(call.attributes) });
