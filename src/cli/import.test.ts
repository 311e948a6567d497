import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { safetensorsFromFloat32 } from "../formats/node.ts";
import { serializePytorch, TorchTensor } from "../formats/pytorch/export/index.ts";
import { readWeights } from "../models/node.ts";
import { callCli } from "../testing/call-cli.ts";

let folder = "";
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
  await callCli("export", "espcn-x2", "--to", "pytorch", "-o", at("espcn"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("brings weights back bit for bit, with the name of their network", async () => {
  const { good, out } = await callCli("import", at("espcn"), "-o", at("back.safetensors"));
  expect(good).toBe(true);
  expect(out).toContain("6 tensors of espcn-x2, under their names");
  const back = await readWeights(at("back.safetensors"));
  const shipped = await readWeights("weights/espcn-x2.safetensors");
  expect(back.weights).toEqual(shipped.weights);
  expect(back.metadata).toMatchObject({ model: "espcn", options: '{"scale":2}' });
});

it("takes a checkpoint of train.py's, also with the prefix of DistributedDataParallel", async () => {
  const { weights } = await readWeights("weights/espcn-x2.safetensors");
  const model = new Map(
    [...weights].map(([name, { data, shape }]) => {
      const doubled = (data as Float32Array).map((each) => 2 * each);
      return [`module.${name}`, new TorchTensor(safetensorsFromFloat32(doubled, shape))] as const;
    }),
  );
  await writeFile(at("espcn", "checkpoint.pth"), serializePytorch({ model, optimizer: { state: {} }, step: 3 }));
  const { err } = await callCli("import", at("espcn"), "-o", at("trained.safetensors"));
  expect(err).toBe("");
  const trained = await readWeights(at("trained.safetensors"));
  expect(trained.weights.get("conv1.bias")!.data).toEqual(
    (weights.get("conv1.bias")!.data as Float32Array).map((each) => 2 * each),
  );
  await rm(at("espcn", "checkpoint.pth"));
});

it("refuses folders and weights of something else in one line", async () => {
  await mkdir(at("other"));
  await writeFile(at("other", "notes.txt"), "");
  const one = new TorchTensor(safetensorsFromFloat32([1], [1]));
  await writeFile(
    at("wrong.pth"),
    serializePytorch(
      new Map([
        ["conv1.weight", one],
        ["head", one],
      ]),
    ),
  );
  await mkdir(at("trained"));
  for (const name of ["convsmith.json", "log.jsonl", "checkpoint.pth"]) await writeFile(at("trained", name), "{}");
  const cases: [string[], RegExp][] = [
    [["import", at("other")], /other: holds no convsmith\.json, so it is no folder that convsmith export wrote/],
    [["import", at("espcn"), "-o", at("x.pth")], /-o must be a \.safetensors file, got .*x\.pth/],
    [
      ["import", at("espcn"), "--from", at("wrong.pth"), "-o", at("x.safetensors")],
      /wrong\.pth: is not of espcn-x2: missing conv1\.bias, .*; unexpected head; conv1\.weight needs shape \[64, 1, 5, 5\], got \[1\]$/,
    ],
    [["import", at("espcn"), "--from", at("none.pth")], /none\.pth/],
    [["export", "espcn-x2", "--to", "pytorch", "-o", at("other")], /other: holds other files \(notes\.txt\)/],
    [
      ["export", "espcn-x2", "--to", "pytorch", "-o", at("trained")],
      /trained: holds a training by train\.py \(log\.jsonl\)/,
    ],
    [["export", "espcn-x2", "--to", "pytorch", "--start", "-o", at("espcn")], /--start is for a run's folder/],
  ];
  for (const [args, message] of cases) {
    const { good, err } = await callCli(...args);
    expect(good).toBe(false);
    expect(err.trim()).toMatch(message);
    expect(err.trim()).not.toContain("\n");
  }
});

it("writes source, weights, training and a page that tells how to use them", async () => {
  const { out } = await callCli("export", "lenet", "--to", "pytorch", "-o", at("lenet"), "--json");
  expect(JSON.parse(out)).toMatchObject({ to: "pytorch", className: "LeNet", train: "classification", weights: null });
  expect(await readFile(at("lenet", "train.py"), "utf8")).toContain("loss_of = nn.CrossEntropyLoss()");
  expect(await readFile(at("lenet", "README.md"), "utf8")).toContain("print(model(torch.zeros(1, 1, 28, 28)).shape)");
});
