import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.ts";
import { ConvsmithError, FileFormatError } from "../../core/errors.ts";
import { Generator } from "../../core/generator.ts";
import { sourceOf } from "../byte-source.ts";
import { toFloat32 } from "../safetensors-dtype.ts";
import { realTensor } from "../stored-tensor.ts";
import { parseTensorFile } from "../tensor-file.ts";
import { parsePytorch } from "./read.ts";

const folder = new URL("../../../fixtures/pytorch/", import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const expected: Record<string, Record<string, { shape: number[]; values: string[] }>> = JSON.parse(
  readFileSync(new URL("expected.json", folder), "utf8"),
);
const number = (text: string) => (text.endsWith("inf") ? Number(text.replace("inf", "Infinity")) : Number(text));

describe.each(Object.entries(expected))("%s, as PyTorch reads it", (name, tensors) => {
  const options = name === "two-sets.pt" ? { key: "model" } : {};
  const found = parseTensorFile(read(name), name, options).tensors;
  it("has the same names, shapes and numbers", () => {
    expect([...found.keys()]).toEqual(Object.keys(tensors));
    for (const [key, { shape, values }] of Object.entries(tensors)) {
      const tensor = realTensor(key, found.get(key)!);
      expect(tensor.shape).toEqual(shape);
      expect([...toFloat32(tensor)], key).toEqual(values.map(number).map(Math.fround));
    }
  });
});

describe("what is refused, and why", () => {
  const message = (name: string, key?: string) => {
    try {
      parseTensorFile(read(name), name, key === undefined ? {} : { key });
    } catch (error) {
      expect(error).toBeInstanceOf(ConvsmithError);
      expect((error as Error).message).not.toContain("\n");
      return (error as Error).message;
    }
    return expect.unreachable("nothing was refused");
  };
  it("code is never run", () => {
    expect(message("attack.pt")).toMatch(/^attack.pt: holds an object of (posix|nt)\.system, .*no code runs/);
    expect(existsSync("attacked")).toBe(false);
  });
  it("a whole module, with what to do", () => {
    expect(message("module.pt")).toMatch(
      /torch\.nn\.modules\.container\.Sequential.*torch\.load\(FILE\)\.state_dict\(\)/,
    );
  });
  it("two sets of weights without a key, or a key that is not there", () => {
    expect(message("two-sets.pt")).toBe(
      "two-sets.pt: holds several dicts of tensors: model (7), ema (7). Choose with --key model, or take all with --key .",
    );
    expect(message("checkpoint.pt", "state_dict")).toBe(
      "checkpoint.pt: has no state_dict. It has epoch, model, optimizer, best, name",
    );
  });
  it("a pickle of something else", () => {
    expect(message("plain.pkl")).toContain("not one of torch.save");
  });
});

it("all of a checkpoint by one key: names joined by dots", () => {
  const { tensors } = parseTensorFile(read("checkpoint.pt"), "checkpoint.pt", { key: "optimizer" });
  expect([...tensors.keys()].slice(0, 3)).toEqual(["state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq"]);
});

/** A legacy file whose object is this pickle. */
function legacy(...object: (number | string)[]): Uint8Array {
  const bytes = (parts: readonly (number | string)[]) =>
    parts.flatMap((part) => (typeof part === "number" ? [part] : [...Buffer.from(part, "latin1")]));
  const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, "."];
  return Uint8Array.from(
    bytes([...magic, 0x80, 2, "M", 0xe9, 3, ".", 0x80, 2, "}.", 0x80, 2, ...object, 0x80, 2, "]."]),
  );
}

describe("hostile pickles", () => {
  it.each([
    ["a list that holds itself", legacy("]q", 0, "h", 0, "a."), /holds no dict of tensors/],
    ["a dict that holds itself", legacy("}q", 0, "X", 1, 0, 0, 0, "ah", 0, "s."), /holds no dict of tensors/],
    ["a value from an empty stack", legacy("a."), /takes a value where none is left/],
    ["a mark that was never set", legacy("t."), /goes back to a mark/],
    ["a memo that was never kept", legacy("h", 7, "."), /recalls value 7/],
    ["a memo of what is no number", legacy("gx\n."), /recalls a value by what is no number/],
    ["text longer than the file", legacy("X", 255, 255, 255, 127, "."), /2147483647 bytes are needed/],
    ["text of 2^63 bytes", legacy(0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80, "."), /9223372036854775808 bytes are needed/],
    ["a whole number of 2^31 bytes", legacy(0x8b, 255, 255, 255, 127, "."), /a whole number of 2147483647 bytes/],
    ["protocol 9", legacy(0x80, 9, "."), /protocol after 5/],
    ["no end", legacy("N").subarray(0, -3), /the pickle ends/],
    ["os.system", legacy("cos\nsystem\n."), /os\.system/],
    ["eval", legacy("cbuiltins\neval\nX", 1, 0, 0, 0, "1", 0x85, "R."), /builtins\.eval/],
    ["a name of Object's prototype", legacy("cconstructor\nprototype\n."), /constructor\.prototype/],
    ["a call of what is no function", legacy("N)R."), /calls what can't be called/],
    ["two million lists", legacy("]".repeat(2_000_000), "."), /builds far more than the file holds/],
  ])("%s", (_, bytes, pattern) => {
    const attempt = () => parseTensorFile(bytes, "hostile.pt");
    expect(attempt).toThrow(ConvsmithError);
    expect(attempt).toThrow(pattern);
  });

  const doubled = (levels: number) =>
    Array.from({ length: levels }, (_, at) => ["]q", at + 1, "h", at, "a", "h", at, "a"]).flat();
  it.each([
    ["lists of lists twice", legacy("]q", 0, ...doubled(60), "."), "."],
    ["a device of such lists", legacy("ctorch\ndevice\n", "]q", 0, ...doubled(60), 0x85, "R.")],
    [
      "thousands of copies of a list",
      legacy("](", "N".repeat(2000), "eq", 0, "0(", "cbuiltins\nlist\nh\0\x85R".repeat(20_000), "t."),
    ],
  ])("%s end soon", (_, bytes, key?: string) => {
    expect(() => parseTensorFile(bytes, "x", key === undefined ? {} : { key })).toThrow(ConvsmithError);
  });

  it("a tensor beyond its storage, of 2^60 elements, of a missing storage", () => {
    const tensor = (shape: string, strides: string, offset = "K\x00") =>
      legacy(
        `}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04NtQ${offset}(${shape}t(${strides}t\x89}tRs.`,
      );
    expect(() => parseTensorFile(tensor("K\x02", "K\x01"), "x")).toThrow(/storage 0 is missing/);
    const huge = `\x8a\x08${"\x00".repeat(7)}\x10`;
    expect(() => parseTensorFile(tensor(huge, "K\x00"), "x")).toThrow(FileFormatError);
    expect(() => parseTensorFile(tensor("J\xff\xff\xff\xff", "K\x01"), "x")).toThrow(/not whole numbers from 0/);
  });

  it("cut and changed at any byte: refused by a typed error, or read", () => {
    const random = new Generator(7);
    const names = ["types.pt", "views.pt", "views-legacy.pt", "checkpoint.pt", "attack.pt"];
    for (let round = 0; round < 3000; round++) {
      const bytes = read(names[round % names.length]!);
      for (let change = 0; change <= round % 4; change++) {
        bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
      }
      const part = round % 3 === 0 ? bytes.subarray(0, Math.floor(random.uniform() * bytes.length)) : bytes;
      try {
        parseTensorFile(part, "changed.pt", { key: "." });
      } catch (error) {
        if (!(error instanceof ConvsmithError)) throw error;
      }
    }
  });
});

const weights = sharedData("weights");
describe.skipIf(weights.missing)(`other people's files${weights.note}`, () => {
  const root = weights.path;
  const files = () =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.(pt|pth)$/.test(name));
  const broken = new Map([
    ["broken.pt", /neither a zip archive nor a pickle/],
    ["best_x3.pth", /models\.ESPCN/],
  ]);
  it("all open, or say what is wrong", () => {
    expect(files().length).toBeGreaterThan(50);
    for (const name of files()) {
      const bytes = new Uint8Array(readFileSync(`${root}/${name}`));
      const pattern = [...broken].find(([end]) => name.endsWith(end))?.[1];
      if (pattern) expect(() => parsePytorch(sourceOf(bytes), name), name).toThrow(pattern);
      else expect(parseTensorFile(bytes, name, { key: "." }).tensors.size, name).toBeGreaterThan(0);
    }
  });
  it("mnist.pt and mnist.safetensors, two trainings of one network, hold the same names, types and shapes", () => {
    const of = (type: string) =>
      parseTensorFile(new Uint8Array(readFileSync(`${root}/burn/mnist.${type}`)), type).tensors;
    const [a, b] = [of("pt"), of("safetensors")];
    const facts = (tensors: typeof a) =>
      Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, `${dtype} ${shape}`]));
    expect(facts(a)).toEqual(facts(b));
  });
});
