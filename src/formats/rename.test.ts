import { expect, it } from "vitest";
import { parseRenaming, renameKeys } from "./rename.ts";

const keys = (names: string[], ...renamings: string[]) => [
  ...renameKeys(new Map(names.map((name) => [name, 0])), renamings.map(parseRenaming)).keys(),
];

it.each([
  [["conv1.weight", "conv10.weight"], ["conv1->body.0"], ["body.0.weight", "conv10.weight"]],
  [["module.a.w", "module.b"], ["module->"], ["a.w", "b"]],
  [["module.a.w"], ["module.->"], ["a.w"]],
  [["a.w"], ["a.->net."], ["net.w"]],
  [["a.w"], ["->net"], ["net.a.w"]],
  [["a.w"], ["a.w->b"], ["b"]],
  [
    ["a.w", "b.w"],
    ["a->c", "b->a"],
    ["c.w", "a.w"],
  ],
])("%j by %j", (names, renamings, expected) => {
  expect(keys(names, ...renamings)).toEqual(expected);
});

it("says what does not fit", () => {
  expect(() => parseRenaming("a=b")).toThrow('--rename: needs OLD->NEW, got "a=b"');
  expect(() => keys(["a.w"], "b->c")).toThrow("--rename b->c: no key begins with b. There are a.w");
  expect(() => keys(["a.w", "b.w"], "a->b")).toThrow("--rename a->b: two tensors would be b.w");
});
