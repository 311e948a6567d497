import { bytesPerElement, isSafetensorsDtype, type SafetensorsDtype } from "./safetensors-dtype.ts";

export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** First byte and byte after the last, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Record<string, string>;
}

export const metadataKey = "__metadata__";

/** Reads the JSON text of a header; `fail` throws the caller's error. Offsets are checked against shapes only. */
export function parseHeader(text: string, fail: (problem: string) => never): Header {
  if (!text.startsWith("{")) fail("the header does not start with {");
  let root: Record<string, unknown>;
  try {
    root = JSON.parse(text);
  } catch {
    return fail("the header is not valid JSON");
  }
  const entries: TensorEntry[] = [];
  let metadata: Record<string, string> = Object.create(null);
  for (const name of rootKeys(text, fail)) {
    if (name === metadataKey) metadata = parseMetadata(root[name], fail);
    else entries.push(parseEntry(name, root[name], fail));
  }
  return { entries, metadata };
}

function parseMetadata(value: unknown, fail: (problem: string) => never): Record<string, string> {
  if (!isObject(value)) return fail(`${metadataKey} is not an object of strings`);
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") return fail(`${metadataKey} has a value that is no string at ${quote(key)}`);
    metadata[key] = text;
  }
  return metadata;
}

function parseEntry(name: string, value: unknown, fail: (problem: string) => never): TensorEntry {
  const tensor = `tensor ${quote(name)}`;
  if (!isObject(value)) return fail(`${tensor} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isSafetensorsDtype(dtype)) return fail(`${tensor} has the unknown dtype ${quote(dtype)}`);
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    return fail(`${tensor} has a shape that is no list of sizes: ${quote(shape)}`);
  }
  const bytes = shape.reduce((product: number, size: number) => product * size, bytesPerElement[dtype]);
  if (!Number.isSafeInteger(bytes)) return fail(`${tensor} has a shape too large to count: ${quote(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return fail(`${tensor} has data_offsets that are no pair of byte positions: ${quote(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bytes) {
    return fail(
      `${tensor} needs ${bytes} bytes for ${dtype} ${quote(shape)}, but its data_offsets hold ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A value from a file, short enough for one line of an error. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

// JSON.parse keeps the last of two equal keys and moves keys like "0" to the front, so the keys are read from the text, which is known to be valid JSON.
function rootKeys(text: string, fail: (problem: string) => never): string[] {
  const objects: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") objects.push(new Set());
    else if (character === "[") objects.push(null);
    else if (character === "}" || character === "]") {
      if (objects.length === 1) return [...objects[0]!];
      objects.pop();
    } else if (character === '"') {
      const start = at;
      while (text[++at] !== '"') if (text[at] === "\\") at++;
      if (!isKey(text, at + 1)) continue;
      const key: string = JSON.parse(text.slice(start, at + 1));
      const keys = objects.at(-1)!;
      if (keys.has(key)) fail(`the header has the key ${quote(key)} twice`);
      keys.add(key);
    }
  }
  return fail("the header does not end");
}

function isKey(text: string, at: number): boolean {
  while (/\s/.test(text[at] ?? "")) at++;
  return text[at] === ":";
}
