import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseNpy, safetensorsFromFloat32, serializeNpy, toFloat32 } from "../formats/node.ts";
import { readWeights } from "../models/node.ts";
import { callCli } from "../testing/call-cli.ts";
import { networkSource, writeClasses, writeNetwork } from "../testing/training-data.ts";

let folder = "";
const at = (...names: string[]) => join(folder, ...names);
const good = async (...args: string[]) => {
  const { good, out, err } = await callCli(...args);
  expect(good, err).toBe(true);
  return out;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-run-"));
  await writeClasses(at("classes"), 5);
  await writeNetwork(at("net.ts"), networkSource);
  await good("train", at("net.ts"), "--data", at("classes"), "--steps", "2", "--batch", "4", "-o", at("run"));
  await good("export", at("run"), "--to", "pytorch", "-o", at("torch"));
  const x = Array.from({ length: 2 * 3 * 12 * 12 }, (_, index) => Math.sin(index));
  await writeFile(at("x.npy"), serializeNpy(safetensorsFromFloat32(x, [2, 3, 12, 12])));
  const grey = Array.from({ length: 6 * 8 }, (_, index) => Math.sin(index) ** 2);
  await writeFile(at("grey.npy"), serializeNpy(safetensorsFromFloat32(grey, [1, 1, 6, 8])));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function outputOf(model: string, input = "x.npy"): Promise<number[]> {
  await good("run", model, "--input", at(input), "-o", at("y.npy"));
  return [...toFloat32(parseNpy(await readFile(at("y.npy")), "y.npy"))];
}

it("run names the classes that the run was trained on, unless --labels names others", async () => {
  const picture = ["--input", at("classes/calm/0.png"), "--top", "2"];
  const out = await good("run", at("run"), ...picture);
  expect(out).toMatch(/^ {2}calm {2}\S+$/m);
  expect(out).toMatch(/^ {2}wild {2}\S+$/m);
  const [classes] = JSON.parse(await good("run", at("run"), ...picture, "--json")).classes;
  const numbers: Record<string, number> = { calm: 0, wild: 1 };
  for (const each of classes) expect(each.class).toBe(numbers[each.label]);
  await writeFile(at("labels.txt"), "ruhig\nwild\n");
  expect(await good("run", at("run"), ...picture, "--labels", at("labels.txt"))).toMatch(/^ {2}ruhig {2}/m);
});

describe("export", () => {
  it.each([
    ["a run's folder", () => [at("run")]],
    ["a module's .safetensors", () => [at("run", "model.safetensors"), "--module", at("net.ts"), "--classes", "2"]],
    ["a module's .pth", () => [at("torch", "weights.pth"), "--module", at("net.ts"), "--classes", "2"]],
  ])("to ONNX takes %s, with the same answers", async (_, model) => {
    await good("export", ...model(), "--to", "onnx", "-o", at("net.onnx"));
    const [own, exported] = [await outputOf(at("run")), await outputOf(at("net.onnx"))];
    expect(own).toHaveLength(4);
    for (const [index, value] of own.entries()) expect(Math.abs(exported[index]! - value)).toBeLessThan(1e-6);
  });

  it("to ONNX takes a .pth of a network that is known", async () => {
    await good("export", "espcn-x3", "--to", "pytorch", "-o", at("espcn"));
    await good("export", at("espcn", "weights.pth"), "--to", "onnx", "-o", at("espcn.onnx"));
    expect(await outputOf(at("espcn.onnx"), "grey.npy")).toEqual(await outputOf("espcn-x3", "grey.npy"));
  });

  it.each([
    ["a run's folder", () => [at("run")]],
    ["a module's .safetensors", () => [at("run", "model.safetensors"), "--module", at("net.ts"), "--classes", "2"]],
    ["a module's .pth", () => [at("torch", "weights.pth"), "--module", at("net.ts"), "--classes", "2"]],
  ])("to PyTorch takes %s, with every number", async (_, model) => {
    const to = at("again");
    await good("export", ...model(), "--to", "pytorch", "-o", to);
    expect(await readFile(join(to, "model.py"), "utf8")).toContain("nn.BatchNorm2d(8)");
    const [own, written] = [
      await readWeights(at("run", "model.safetensors")),
      await readWeights(join(to, "weights.pth")),
    ];
    expect([...written.weights.keys()]).toEqual([...own.weights.keys()]);
    for (const [name, { data }] of own.weights)
      expect(Array.from(written.weights.get(name)!.data, Number)).toEqual(Array.from(data, Number));
    await rm(to, { recursive: true });
  });

  it("refuses --weights beside --module, which says of what MODEL is the weights", async () => {
    const { err } = await callCli(
      ...["export", at("torch", "weights.pth"), "--module", at("net.ts"), "--weights", at("run")],
      ...["--to", "onnx", "-o", at("net.onnx")],
    );
    expect(err).toMatch(/^convsmith: with --module the weights are those of .*weights\.pth: leave --weights out\n$/);
  });
});

describe("config.json is checked", () => {
  const refused = async (change: (config: Record<string, Record<string, unknown>>) => unknown, ...args: string[]) => {
    await rm(at("changed"), { recursive: true, force: true });
    await cp(at("run"), at("changed"), { recursive: true });
    const config = JSON.parse(await readFile(at("run/config.json"), "utf8"));
    const changed = change(config) ?? config;
    await writeFile(at("changed/config.json"), typeof changed === "string" ? changed : JSON.stringify(changed));
    const { good, err } = await callCli(...args);
    expect(good).toBe(false);
    return err.replaceAll(folder, "");
  };
  const says = (text: string) => `convsmith: /changed/config.json: ${text}. Put back what training wrote.\n`;

  it.each([
    ["options", "lr", "fast", 'options.lr must be a number above 0, got "fast"'],
    ["options", "finalLr", null, "options.finalLr must be a number above 0, got null"],
    ["options", "seed", -1, "options.seed must be a whole number from 0, got -1"],
    ["options", "warmup", 1.5, "options.warmup must be a whole number from 1, got 1.5"],
    ["options", "batch", [4], "options.batch must be a whole number from 1, got [4]"],
    ["options", "augment", "mirror", 'options.augment must be one of none, flip, dihedral, crop, got "mirror"'],
    ["options", "data", 7, "options.data must be a text, got 7"],
    ["options", "freeze", "all", 'options.freeze must be a list of texts, got "all"'],
    ["limit", "steps", "2", 'limit.steps must be a whole number from 1, got "2"'],
    ["limit", "epochs", 0.5, "limit.epochs must be a whole number from 1, got 0.5"],
    ["data", "mean", [0.5], "data.mean must be a list of 3 numbers, got [0.5]"],
    ["data", "std", "0.25", 'data.std must be a list of 3 numbers, got "0.25"'],
    ["data", "input", [3, 12], "data.input must be [channels, height, width], got [3,12]"],
  ])("%s.%s of %j stops the export to PyTorch, and nothing is written", async (part, field, value, message) => {
    const change = (config: Record<string, Record<string, unknown>>) => {
      config[part]![field] = value;
    };
    expect(await refused(change, "export", at("changed"), "--to", "pytorch", "-o", at("none"))).toBe(says(message));
    await expect(readFile(at("none/model.py"))).rejects.toThrow("ENOENT");
  });

  it.each<[string, (config: Record<string, unknown>) => unknown, string]>([
    ["no options", (config) => ({ ...config, options: undefined }), "options must be an object, got nothing"],
    ["a list", () => [1], "its content must be an object, got [1]"],
    ["no network", (config) => ({ ...config, network: "espcn" }), 'network must be an object, got "espcn"'],
    [
      "a name that is none",
      (config) => ({ ...config, network: { name: 3, options: {} } }),
      "network.name must be a text, got 3",
    ],
  ])("%s stops it too", async (_, change, message) => {
    expect(await refused(change, "export", at("changed"), "--to", "pytorch", "-o", at("none"))).toBe(says(message));
  });

  it("run says which field it can't read", async () => {
    const args = ["run", at("changed"), "--input", at("classes/calm/0.png"), "--top", "1"];
    const classes = (config: Record<string, Record<string, unknown>>) => {
      config.data!.classes = 2;
    };
    expect(await refused(classes, ...args)).toBe(says("data.classes must be a list of texts, got 2"));
    const resize = (config: Record<string, Record<string, unknown>>) => {
      config.data!.resize = "large";
    };
    expect(await refused(resize, ...args)).toBe(says('data.resize must be a whole number from 1, got "large"'));
    expect(await refused(() => "{", ...args)).toMatch(/changed: its config\.json can't be read: it is no JSON\./);
  });
});
