import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createModel } from "../../models/index.ts";
import { compareConventions, comparisonText, conventions, explain, explainText } from "../index.ts";

const page = readFileSync(fileURLToPath(new URL("../../../docs/conventions.md", import.meta.url)), "utf8");
const picture = [1, 3, 224, 224];
const network = (name: string) => createModel(name).network;

test.each(["vgg16", "resnet50"])("docs/conventions.md shows the totals of %s", (name) => {
  expect(page).toContain(comparisonText(compareConventions(network(name), picture), { width: 60 }));
});

test.each([
  ["vgg16", "thop"],
  ["resnet50", "ptflops"],
] as const)("docs/conventions.md explains %s under %s", (name, convention) => {
  expect(page).toContain(explainText(explain(network(name), picture, "torchvision", convention), { width: 100 }));
});

test("docs/conventions.md has a row for every convention", () => {
  for (const name of Object.keys(conventions)) expect(page).toContain(`\n| \`${name}\` | `);
});
