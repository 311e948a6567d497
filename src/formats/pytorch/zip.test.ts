import { expect, it } from "vitest";
import { FileFormatError } from "../../core/errors.ts";
import { zip } from "../../testing/fuzz/zip.ts";
import { sourceOf } from "../byte-source.ts";
import { zipEntries } from "./zip.ts";

const file = (name: string, bytes: number) => ({ name, data: new Uint8Array(bytes).fill(7) });
/** Where the list of an archive tells at which byte its last file begins. */
const lastHeader = (bytes: Uint8Array) => bytes.length - 22 - "x/b".length - 4;

function failure(bytes: Uint8Array): FileFormatError {
  try {
    zipEntries(sourceOf(bytes), "hostile.pt");
  } catch (error) {
    if (error instanceof FileFormatError) return error;
    throw error;
  }
  return expect.unreachable("nothing was refused");
}

it("lists files side by side, empty ones too", () => {
  const entries = zipEntries(sourceOf(zip([file("x/a", 0), file("x/b", 300), file("x/c", 0)])), "fine.pt");
  expect([...entries.values()].map(({ name, size }) => [name, size])).toEqual([
    ["x/a", 0],
    ["x/b", 300],
    ["x/c", 0],
  ]);
});

it("refuses files that share bytes: all of them, or some", () => {
  for (const place of [0, 40]) {
    const bytes = zip([file("x/a", 300), file("x/b", 300)]);
    new DataView(bytes.buffer).setUint32(lastHeader(bytes), place, true);
    const { message, offset } = failure(bytes);
    expect(message).toBe(`hostile.pt: x/a and x/b in the zip archive share bytes (at byte ${place})`);
    expect(offset).toBe(place);
  }
});

it("refuses two files of one name", () => {
  expect(failure(zip([file("x/b", 3), file("x/b", 4)])).message).toMatch(
    /^hostile.pt: the zip archive has two files "x\/b" \(at byte \d+\)$/,
  );
});
