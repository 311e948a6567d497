import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Generator } from "../../../../core/generator.ts";
import { imresize } from "../../../../data/index.ts";
import { runPython, withoutTorch } from "../../../../testing/pytorch.ts";
import { dataPython } from "./data-py.ts";

let folder = "";
let found: { orders: number[][]; names: string[]; planes: number[][] } = { orders: [], names: [], planes: [] };

const seeds: [length: number, seed: number, counter: number][] = [
  [1, 0, 0],
  [1000, 0, 0],
  [5000, 12345678901, 3 * 2 ** 32 + 7],
];
const random = new Generator(3);
const letters = "abXY019_-. ()~+";
const names = Array.from({ length: 300 }, () => {
  const length = 1 + random.integer(5);
  return Array.from({ length }, () => letters[random.integer(letters.length)]).join("");
});
const plane = { width: 23, height: 31, data: Float64Array.from({ length: 23 * 31 }, (_, at) => Math.sin(at * at)) };

beforeAll(async () => {
  if (withoutTorch) return;
  folder = await mkdtemp(join(tmpdir(), "convsmith-torch-"));
  await writeFile(join(folder, "convsmith_data.py"), dataPython);
  const input = { seeds, names, plane: [...plane.data] };
  await writeFile(join(folder, "input.json"), JSON.stringify(input));
  const script = `import json, torch
from convsmith_data import imresize, natural, permutation, triangle
given = json.load(open("input.json"))
plane = torch.tensor(given["plane"], dtype=torch.float64).view(31, 23)
planes = [imresize(plane, 10, 7), imresize(plane, scale=0.7), imresize(plane, 40, 12, kernel=triangle, support=2)]
print(json.dumps({
    "orders": [permutation(*each) for each in given["seeds"]],
    "names": sorted(given["names"], key=natural),
    "planes": [each.flatten().tolist() for each in planes],
}))`;
  found = JSON.parse(await runPython(folder, "-c", script));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.skipIf(withoutTorch)("random orders are those of convsmith's generator", () => {
  expect(found.orders).toEqual(
    seeds.map(([length, seed, counter]) => [...new Generator(seed, counter).permutation(length)]),
  );
});

test.skipIf(withoutTorch)("names are sorted as here", () => {
  const { compare } = new Intl.Collator("en", { numeric: true });
  expect(found.names).toEqual(names.toSorted((a, b) => compare(a, b) || (a < b ? -1 : 1)));
});

test.skipIf(withoutTorch)("pictures are resized to the same bits", () => {
  expect(found.planes).toEqual([
    [...imresize(plane, { width: 7, height: 10 }).data],
    [...imresize(plane, 0.7).data],
    [...imresize(plane, { width: 12, height: 40 }, { method: "bilinear" }).data],
  ]);
});
