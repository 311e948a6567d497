import { readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Argv } from "yargs";
import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import { readTensorFile, realTensor, safetensorsFromFloat32, toFloat32, writeSafetensors } from "../formats/node.ts";
import { type ExportFacts, exportFormat } from "../formats/pytorch/export/index.ts";
import { checkFolder } from "./check-folder.ts";
import { jsonOption } from "./model-options.ts";
import { printResult } from "./output.ts";

interface Options {
  readonly folder: string;
  readonly out?: string;
  readonly from?: string;
  readonly json: boolean;
}

export const builder = (argv: Argv): Argv =>
  argv
    .positional("folder", { type: "string", describe: "A folder that convsmith export --to pytorch wrote" })
    .options({
      out: {
        alias: "o",
        type: "string",
        describe: "The .safetensors file to write [FOLDER/model.safetensors]",
        requiresArg: true,
      },
      from: {
        type: "string",
        describe: "A .pth file of the folder's network [checkpoint.pth, else weights.pth]",
        requiresArg: true,
      },
      ...jsonOption,
    })
    .example("$0 import espcn-torch -o espcn.safetensors", "")
    .example("$0 import espcn-torch --from runs/big/checkpoint.pth -o big.safetensors", "");

/** Brings weights back from PyTorch. @throws ConvsmithError of one line for a folder or names that are of another network. */
export async function handler({ folder, json, ...asked }: Options): Promise<void> {
  const facts = await readFacts(folder);
  const out = asked.out ?? join(folder, "model.safetensors");
  if (extname(out) !== ".safetensors") throw new ArgumentError(`import: -o must be a .safetensors file, got ${out}`);
  await checkFolder(out);
  const from = asked.from ?? (await newest(folder));
  const tensors = await readState(from, facts);
  await writeSafetensors(out, tensors, facts.metadata);
  printResult(
    json,
    { folder, from, out, model: facts.model, tensors: tensors.size },
    () => `${from} → ${out}: ${tensors.size} tensors of ${facts.model}, under their names`,
  );
}

async function readFacts(folder: string): Promise<ExportFacts> {
  const path = join(folder, "convsmith.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw new ConvsmithError(`${path}: can't be read`);
    throw new ConvsmithError(
      `${folder}: holds no convsmith.json, so it is no folder that convsmith export wrote. For weights alone: convsmith convert a.pth b.safetensors`,
    );
  });
  let facts: Partial<ExportFacts> | null = null;
  try {
    facts = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (facts?.format === exportFormat && isRecord(facts.state) && isRecord(facts.metadata)) return facts as ExportFacts;
  throw new ConvsmithError(`${path}: is damaged, or of another version of convsmith. Export the network again.`);
}

const isRecord = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** What training has written, else what was exported. */
async function newest(folder: string): Promise<string> {
  const checkpoint = join(folder, "checkpoint.pth");
  return (await stat(checkpoint).catch(() => null)) ? checkpoint : join(folder, "weights.pth");
}

/** As float32, in the order of the network's. @throws ConvsmithError that lists what is missing, too much or of another shape. */
async function readState(path: string, { state, model }: ExportFacts) {
  const key = (await keysOf(path)) ? "model" : undefined;
  const { tensors } = await readTensorFile(path, key === undefined ? {} : { key });
  // DistributedDataParallel puts this before the names of a network that was saved with it.
  const found = new Map(
    [...tensors].map(([name, tensor]) => [name in state ? name : name.replace(/^module\./, ""), tensor]),
  );
  const missing = Object.keys(state).filter((name) => !found.has(name));
  const unexpected = [...found.keys()].filter((name) => !Object.hasOwn(state, name));
  const shapes = Object.entries(state).flatMap(([name, shape]) => {
    const got = found.get(name)?.shape;
    return !got || got.join() === shape.join()
      ? []
      : [`${name} needs shape [${shape.join(", ")}], got [${got.join(", ")}]`];
  });
  const problems = [
    ...(missing.length > 0 ? [`missing ${listed(missing)}`] : []),
    ...(unexpected.length > 0 ? [`unexpected ${listed(unexpected)}`] : []),
    ...shapes.slice(0, 5),
  ];
  if (problems.length > 0) throw new ConvsmithError(`${path}: is not of ${model}: ${problems.join("; ")}`);
  return new Map(
    Object.entries(state).map(([name, shape]) => {
      const data = toFloat32(realTensor(`${path}: ${name}`, found.get(name)!));
      const at = data.findIndex((value) => !Number.isFinite(value));
      if (at >= 0)
        throw new ConvsmithError(
          `${path}: ${name} holds ${data[at]} at element ${at}: these weights are broken, use others`,
        );
      return [name, safetensorsFromFloat32(data, shape)];
    }),
  );
}

const listed = (names: readonly string[]) =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? `, … (${names.length})` : "");

/** Whether the file is a checkpoint of train.py's. */
async function keysOf(path: string): Promise<boolean> {
  return (await readTensorFile(path, { key: "model" }).catch(() => null)) !== null;
}
