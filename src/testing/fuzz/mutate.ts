import { gunzipSync, gzipSync } from "node:zlib";
import { isZip } from "../../formats/pytorch/zip.ts";
import { changeBytes, joined } from "./bytes.ts";
import type { CorpusFile, Format } from "./corpus.ts";
import { changeGraph } from "./graph.ts";
import { changeIdx, changeNpy, changeSafetensors } from "./header.ts";
import { changePickle } from "./pickle.ts";
import { Random } from "./random.ts";
import { changeWire } from "./wire.ts";
import { changeHeaders, unzip, zip } from "./zip.ts";

export interface Input {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Input `index` of a seed: a file of the corpus, changed as bytes, or knowing how its format is built. */
export function inputOf(format: Format, corpus: readonly CorpusFile[], seed: number, index: number): Input {
  const random = new Random(seed, index);
  const { name, bytes } = random.pick(corpus);
  const other = random.pick(corpus).bytes;
  return { name, bytes: changers[format](bytes, random, other) };
}

type Changer = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

function onnx(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const kind = random.below(10);
  if (kind < 3) return changeBytes(bytes, random, other);
  return (kind < 5 ? changeWire(bytes, random) : changeGraph(bytes, random)) ?? changeBytes(bytes, random, other);
}

function pytorch(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const kind = random.below(10);
  if (kind < 4) return changeBytes(bytes, random, other);
  if (!isZip(bytes)) return legacy(bytes, random);
  if (kind < 6) return changeHeaders(bytes, random);
  const files = unzip(bytes).map((file) =>
    file.name.endsWith("data.pkl") ? { ...file, data: changePickle(file.data, random) } : file,
  );
  return zip(files);
}

/** The last but one of the pickles is the object; what follows the keys of the storages is their numbers. */
function legacy(bytes: Uint8Array, random: Random): Uint8Array {
  const start = bytes.indexOf(0x7d, 30);
  const end = bytes.lastIndexOf(0x80);
  const from = random.chance(0.8) ? start : 0;
  return joined(bytes.subarray(0, from), changePickle(bytes.subarray(from, end), random), bytes.subarray(end));
}

function idx(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const packed = bytes[0] === 0x1f;
  const plain = (each: Uint8Array) => (each[0] === 0x1f ? new Uint8Array(gunzipSync(each)) : each);
  const kind = random.below(10);
  if (packed && kind < 4) return changeBytes(bytes, random, other);
  const changed = kind < 7 ? changeIdx(plain(bytes), random) : changeBytes(plain(bytes), random, plain(other));
  const longer = random.chance(0.05) ? joined(changed, new Uint8Array(2 ** 22)) : changed;
  return packed ? new Uint8Array(gzipSync(longer)) : changed;
}

const withBytes =
  (change: (bytes: Uint8Array, random: Random) => Uint8Array): Changer =>
  (bytes, random, other) =>
    random.chance(0.4) ? changeBytes(bytes, random, other) : change(bytes, random);

const changers: Readonly<Record<Format, Changer>> = {
  onnx,
  pt: pytorch,
  safetensors: withBytes(changeSafetensors),
  npy: withBytes(changeNpy),
  idx,
};
