import { expect, it } from "vitest";
import { sourceOf } from "../byte-source.ts";
import { PickleInput } from "./pickle-input.ts";

/** The lines of a source, and how many bytes of it were taken for them. */
function linesOf(text: string): { lines: string[]; taken: number } {
  const { length, bytes } = sourceOf(new TextEncoder().encode(text));
  let taken = 0;
  const counted = (start: number, end: number) => {
    taken += end - start;
    return bytes(start, end);
  };
  const input = new PickleInput({ length, bytes: counted }, 0, "x.pt", 0);
  const lines: string[] = [];
  while (!input.done) lines.push(input.line());
  return { lines, taken };
}

it("takes the bytes of many short lines twice at most, not a window for each", () => {
  const lines = Array.from({ length: 60_000 }, (_, at) => `I${at}`);
  const text = `${lines.join("\n")}\n`;
  const found = linesOf(text);
  expect(found.lines).toEqual(lines);
  expect(found.taken).toBeLessThan(2.1 * text.length);
});

it("reads a line that is longer than what is taken at once, and refuses one without an end", () => {
  const long = "x".repeat(200_000);
  expect(linesOf(`a\n${long}\nb\n`).lines).toEqual(["a", long, "b"]);
  expect(() => linesOf(`ab\n${long}`)).toThrow("x.pt: a line has no end (at byte 3)");
});
