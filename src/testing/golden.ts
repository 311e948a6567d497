import { readFileSync } from "node:fs";

/** One recorded call of PyTorch: its attributes and tensors, by name (input, weight, output, grad_input…). */
export interface GoldenCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array }
  >;
}

/** The cases of `fixtures/golden/NAME.safetensors`: int64 tensors are read as int32. */
export function goldenCases(name: string): GoldenCase[] {
  const file = readFileSync(new URL(`../../fixtures/golden/${name}.safetensors`, import.meta.url));
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + length));
  const read = ({ dtype, shape, data_offsets: [from, to] }: Entry) => {
    const bytes = file.buffer.slice(file.byteOffset + 8 + length + from, file.byteOffset + 8 + length + to);
    if (dtype === "F32") return { shape, data: new Float32Array(bytes) };
    if (dtype === "I32") return { shape, data: new Int32Array(bytes) };
    if (dtype === "I64") return { shape, data: Int32Array.from(new BigInt64Array(bytes), Number) };
    throw new Error(`${name}: unknown type ${dtype}`);
  };
  const cases: { name: string; op: string; attrs: Record<string, unknown>; tensors: string[] }[] = JSON.parse(
    header.__metadata__.cases,
  );
  return cases.map((each) => ({
    ...each,
    tensors: new Map(each.tensors.map((tensor) => [tensor, read(header[`${each.name}/${tensor}`])])),
  }));
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}
