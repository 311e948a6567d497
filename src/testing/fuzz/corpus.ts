import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const formats = ["onnx", "pt", "safetensors", "npy", "idx"] as const;
export type Format = (typeof formats)[number];

export interface CorpusFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const endings: Readonly<Record<Format, RegExp>> = {
  onnx: /\.onnx$/,
  pt: /\.(pt|pth)$/,
  safetensors: /\.safetensors$/,
  npy: /\.npy$/,
  idx: /\.idx(\.gz)?$/,
};

export const formatOf = (name: string): Format | null => formats.find((each) => endings[each].test(name)) ?? null;

/** The small valid files that hostile ones are made from. */
export function corpusOf(format: Format, root: string): CorpusFile[] {
  const folder = `${root}/fixtures/fuzz/corpus`;
  return readdirSync(folder)
    .filter((name) => endings[format].test(name))
    .sort()
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(`${folder}/${name}`)) }));
}

export const repository = (): string => fileURLToPath(new URL("../../..", import.meta.url));
