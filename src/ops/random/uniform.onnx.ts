import type { OnnxRule } from "../../core/onnx.ts";

export const uniformOnnx: OnnxRule = (call) =>
  call.fail(
    "draws random numbers in evaluation mode too, which an ONNX file can't do alike. Drop in training mode only.",
  );
