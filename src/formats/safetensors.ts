import { ArgumentError, FileFormatError } from "../core/errors.ts";
import { type ByteSource, sourceOf, viewOf } from "./byte-source.ts";
import { bytesPerElement, isSafetensorsDtype, type SafetensorsTensor } from "./safetensors-dtype.ts";
import { metadataKey, parseHeader, quote, type TensorEntry } from "./safetensors-header.ts";
import { tensorReadBy, withNumbers } from "./stored-tensor.ts";

/** What a file holds. Tensors keep the order of the header. */
export interface SafetensorsContent {
  readonly tensors: Map<string, SafetensorsTensor>;
  readonly metadata: Record<string, string>;
}

const lengthBytes = 8;
const maxHeaderBytes = 100_000_000;

/**
 * Reads a safetensors file from its bytes. Each tensor's `data` is a view of `bytes`, not a copy.
 * Throws a FileFormatError that names `file` and the offset for anything that the format does not allow:
 * a header longer than the file or than 100 MB, invalid JSON, a key given twice, an unknown dtype, a size that does not fit the
 * shape, and tensors that overlap, leave a gap, or do not end where the file ends.
 * @example
 * import { parseSafetensors, safetensorsFromFloat32, serializeSafetensors } from "convsmith/formats";
 * const bytes = serializeSafetensors(new Map([["bias", safetensorsFromFloat32([0.5], [1])]]));
 * console.log(parseSafetensors(bytes, "weights.safetensors").tensors.get("bias")?.shape); // [1]
 */
export function parseSafetensors(bytes: Uint8Array, file: string): SafetensorsContent {
  const { tensors, metadata } = safetensorsIn(sourceOf(bytes), file);
  return { tensors: withNumbers(tensors), metadata };
}

/** As parseSafetensors: of a file that stays on disk, the header alone is read. */
export function safetensorsIn(source: ByteSource, file: string): SafetensorsContent {
  const fail = (problem: string, offset = lengthBytes): never => {
    throw new FileFormatError(file, problem, offset);
  };
  const fileBytes = source.length;
  if (fileBytes === 0) fail("the file is empty", 0);
  if (fileBytes < lengthBytes) fail(`the file has ${fileBytes} bytes, too few for the length of its header`, 0);
  const length = viewOf(source.bytes(0, lengthBytes)).getBigUint64(0, true);
  const start = BigInt(lengthBytes) + length;
  if (length > maxHeaderBytes) fail(`the header claims ${length} bytes, more than the ${maxHeaderBytes} allowed`, 0);
  if (start > fileBytes) fail(`the header claims ${length} bytes, but the file ends at ${fileBytes}`, 0);

  const dataStart = Number(start);
  const { entries, metadata } = parseHeader(decode(source.bytes(lengthBytes, dataStart), fail), fail);
  checkLayout(entries, dataStart, fileBytes, fail);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const entry of entries) {
    const [begin, end] = [dataStart + entry.begin, dataStart + entry.end];
    tensors.set(
      entry.name,
      tensorReadBy(entry, () => source.bytes(begin, end), { file, offset: begin }),
    );
  }
  return { tensors, metadata };
}

function decode(bytes: Uint8Array, fail: (problem: string) => never): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail("the header is not valid UTF-8");
  }
}

function checkLayout(
  entries: readonly TensorEntry[],
  dataStart: number,
  fileBytes: number,
  fail: (problem: string, offset: number) => never,
): void {
  let position = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) fail(`tensor ${quote(name)} overlaps the tensor before it`, dataStart + begin);
    if (begin > position)
      fail(`${begin - position} bytes before tensor ${quote(name)} are unused`, dataStart + position);
    if (dataStart + end > fileBytes) {
      fail(
        `tensor ${quote(name)} ends at byte ${dataStart + end}, but the file ends at ${fileBytes}`,
        dataStart + begin,
      );
    }
    position = end;
  }
  const trailing = fileBytes - dataStart - position;
  if (trailing > 0) fail(`${trailing} bytes follow the last tensor`, dataStart + position);
}

/**
 * Writes a safetensors file to bytes: the header lists the tensors in the given order, the data lies by falling element size, so that
 * every tensor is aligned. The same input gives the same bytes. Throws an ArgumentError for a tensor whose data does not fit its shape.
 * @example
 * import { safetensorsFromFloat32, serializeSafetensors } from "convsmith/formats";
 * const bytes = serializeSafetensors(new Map([["weight", safetensorsFromFloat32([1, 2], [1, 2])]]), { format: "pt" });
 * console.log(bytes.length % 8); // 0
 */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  // Numbers may be read from a file each time that they are asked for: sizes are kept.
  const sizes = new Map([...tensors].map(([name, tensor]) => [name, checkedBytes(name, tensor)]));
  const placed = [...tensors].sort(([, a], [, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype]);
  const begins = new Map<string, number>();
  let dataBytes = 0;
  for (const [name] of placed) {
    begins.set(name, dataBytes);
    dataBytes += sizes.get(name)!;
  }

  // Built as text: an object would reorder names like "0" and lose "__proto__".
  const fields = [...tensors].map(([name, { dtype, shape }]) => {
    const begin = begins.get(name)!;
    const end = begin + sizes.get(name)!;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`;
  });
  if (Object.keys(metadata).length > 0) fields.unshift(`"${metadataKey}":${JSON.stringify(metadata)}`);
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  if (headerBytes > maxHeaderBytes) {
    throw new ArgumentError(
      `safetensors: the header needs ${headerBytes} bytes, more than the ${maxHeaderBytes} allowed`,
    );
  }

  const dataStart = lengthBytes + headerBytes;
  const bytes = new Uint8Array(dataStart + dataBytes).fill(0x20, lengthBytes, dataStart);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(header, lengthBytes);
  for (const [name, { data }] of placed) bytes.set(data, dataStart + begins.get(name)!);
  return bytes;
}

/** Of a tensor's numbers. @throws ArgumentError where there are not as many as its shape has. */
function checkedBytes(name: string, { dtype, shape, data }: SafetensorsTensor): number {
  const tensor = `safetensors: tensor ${quote(name)}`;
  if (name === metadataKey) throw new ArgumentError(`${tensor} has the name that the format keeps for its metadata`);
  if (!isSafetensorsDtype(dtype)) throw new ArgumentError(`${tensor} has the unknown dtype ${quote(dtype)}`);
  const bytes = shape.reduce((product, size) => product * size, bytesPerElement[dtype]);
  if (bytes !== data.length || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new ArgumentError(`${tensor} needs ${bytes} bytes for ${dtype} [${shape.join(", ")}], got ${data.length}`);
  }
  return bytes;
}
