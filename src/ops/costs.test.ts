import { expect, test } from "vitest";
import { costs } from "./costs.ts";
import { ops } from "./index.ts";

test("every primitive has its cost, and nothing has one that is no op", () => {
  expect(ops.filter((op) => op.kind === "primitive" && !costs.has(op)).map(({ name }) => name)).toEqual([]);
  expect([...costs.keys()].filter((op) => !ops.includes(op)).map(({ name }) => name)).toEqual([]);
});
