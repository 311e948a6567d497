import { isZip } from "./pytorch/zip.ts";

/** What a file of numbers is, by its first bytes. */
export type FileKind = "safetensors" | "PyTorch" | "NumPy" | "ONNX";

const numpy = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const brace = 0x7b;

/** As many of a file's first bytes tell what it is. */
export const headBytes = 16;

/** From the first bytes or all. Null: none of those. A damaged file is still told by its name. */
export function kindOf(bytes: Uint8Array, file: string): FileKind | null {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? "";
  // A safetensors file begins with the length of its header, which may have any bytes.
  if (bytes[8] === brace || ending === "safetensors") return "safetensors";
  if (numpy.every((byte, at) => bytes[at] === byte) || ending === "npy") return "NumPy";
  // Protobuf has no mark of its own; a model begins with the version of its format.
  if (ending === "onnx" || (bytes[0] === 0x08 && bytes[1]! < 0x20 && bytes[2] === 0x12)) return "ONNX";
  const pickle = bytes[0] === 0x80 && (bytes[1] ?? 9) <= 5;
  return isZip(bytes) || pickle || ["pt", "pth"].includes(ending) ? "PyTorch" : null;
}

/** Whether a name is one of a file of weights. */
export const isWeightFile = (path: string): boolean => /\.(safetensors|pt|pth)$/i.test(path);

export const kindsText = "a .safetensors, .pt, .pth, .npy or .onnx file";
