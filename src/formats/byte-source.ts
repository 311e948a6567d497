/** The bytes of a file, in memory or still on disk: a reader takes those that it needs. */
export interface ByteSource {
  readonly length: number;
  /** Those from `start` up to `end`, both within the length. @throws ConvsmithError of one line where they can't be read. */
  bytes(start: number, end: number): Uint8Array;
}

/** A part of a source. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export const sourceOf = (bytes: Uint8Array): ByteSource => ({
  length: bytes.length,
  bytes: (start, end) => bytes.subarray(start, end),
});

/** As many bytes from `start` on as there are, up to `count`. */
export const bytesFrom = (source: ByteSource, start: number, count: number): Uint8Array => {
  const from = Math.min(start, source.length);
  return source.bytes(from, Math.min(from + count, source.length));
};

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
