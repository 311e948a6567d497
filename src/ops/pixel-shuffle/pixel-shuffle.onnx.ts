import type { OnnxCall, OnnxRule } from "../../core/onnx.ts";

/** ONNX has it for [N, C, H, W]. */
function onPictures(call: OnnxCall, apply: (picture: string) => string): string {
  const [{ name, sizes }] = call.inputs as [OnnxCall["inputs"][number]];
  if (sizes.length === 4) return apply(name);
  if (sizes.length !== 3) return call.body();
  const axis = call.ints([0]);
  return call.add("Squeeze", [apply(call.add("Unsqueeze", [name, axis])), axis]);
}

export const pixelShuffleOnnx: OnnxRule = (call) =>
  onPictures(call, (picture) =>
    call.add("DepthToSpace", [picture], { blocksize: call.attributes.upscaleFactor as number, mode: "CRD" }),
  );

/** SpaceToDepth puts the channels innermost, PyTorch outermost. */
export const pixelUnshuffleOnnx: OnnxRule = (call) =>
  onPictures(call, (picture) => {
    const factor = call.attributes.downscaleFactor as number;
    const deep = call.add("SpaceToDepth", [picture], { blocksize: factor });
    const channels = call.inputs[0]!.sizes.at(-3)!;
    if (channels === 1) return deep;
    const apart = call.add("Reshape", [deep, call.ints([0, factor ** 2, channels, -1])]);
    const turned = call.add("Transpose", [apart], { perm: [0, 2, 1, 3] });
    return call.add("Reshape", [turned, call.add("Shape", [deep])]);
  });
