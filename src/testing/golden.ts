import { readFileSync } from "node:fs";
import { basename } from "node:path";

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** One recorded call of PyTorch: its attributes and tensors, by name (input, weight, output, grad_input…). */
export interface GoldenCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
}

/** The cases of `fixtures/golden/NAME.safetensors`. */
export function goldenCases(name: string): GoldenCase[] {
  return readGoldenFile(new URL(`../../fixtures/golden/${name}.safetensors`, import.meta.url));
}

/** The cases of any golden file: int64 tensors are read as int32. */
export function readGoldenFile(path: string | URL): GoldenCase[] {
  const file = readFileSync(path);
  const name = basename(String(path));
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + length));
  const read = (key: string): [string, GoldenTensor] => {
    const entry: { dtype: string; shape: number[]; data_offsets: [number, number] } | undefined = header[key];
    if (!entry) throw new Error(`${name}: tensor ${key} is missing`);
    const [from, to] = entry.data_offsets.map((offset) => file.byteOffset + 8 + length + offset);
    return [
      key.slice(key.indexOf("/") + 1),
      { shape: entry.shape, data: numbers(name, entry.dtype, file.buffer.slice(from, to)) },
    ];
  };
  const cases: { name: string; op: string; attrs: Record<string, unknown>; tensors: string[] }[] = JSON.parse(
    header.__metadata__.cases,
  );
  return cases.map((each) => ({
    ...each,
    tensors: new Map(each.tensors.map((tensor) => read(`${each.name}/${tensor}`))),
  }));
}

function numbers(file: string, dtype: string, bytes: ArrayBufferLike): Float32Array | Int32Array {
  if (dtype === "F32") return new Float32Array(bytes);
  if (dtype === "I32") return new Int32Array(bytes);
  if (dtype === "I64") return Int32Array.from(new BigInt64Array(bytes), Number);
  throw new Error(`${file}: unknown type ${dtype}`);
}
