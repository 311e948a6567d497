import type { InferredOptionTypes, Options } from "yargs";
import { UsageError } from "./errors.ts";
import { checkWhole } from "./whole-number.ts";

export const modelHelp =
  "A known name (espcn, espcn-x3, resnet18, …), a run's folder, a .safetensors, .pt, .pth or .onnx file, or a module such as net.ts";

/** Which network, and for which input: the same for every command about a network. */
export const modelOptions = {
  input: {
    type: "string",
    describe: "Shape of the input, such as 1x3x224x224 [default: what the network is known for]",
    requiresArg: true,
  },
  dim: {
    type: "string",
    array: true,
    describe: "ONNX: sizes of named dimensions, such as batch=1 height=224",
    requiresArg: true,
  },
  scale: { type: "number", describe: "Super-resolution: how much larger a picture becomes [3]", requiresArg: true },
  classes: { type: "number", describe: "Classifiers: how many classes", requiresArg: true },
  "width-multiplier": {
    type: "number",
    describe: "Networks that have one: how wide their layers are",
    requiresArg: true,
  },
  "aux-logits": { type: "boolean", describe: "googlenet and inception_v3: with the auxiliary heads" },
} as const satisfies Record<string, Options>;

export const jsonOption = {
  json: { type: "boolean", describe: "Print the result as JSON on stdout", default: false },
} as const satisfies Record<string, Options>;

export type ModelRequest = Partial<InferredOptionTypes<typeof modelOptions>>;

/** @throws UsageError for a number that no network can have. */
export function checkRequest({ scale, classes, "width-multiplier": width }: ModelRequest): void {
  checkWhole("--scale", scale, 1);
  checkWhole("--classes", classes, 1);
  if (width === undefined || (width > 0 && Number.isFinite(width))) return;
  throw new UsageError(`--width-multiplier must be a number above 0, got ${width}`);
}

/** "height=224" by name. @throws UsageError */
export function sizesOf(dims: readonly string[] = []): ReadonlyMap<string, number> {
  return new Map(
    dims.map((text) => {
      const [, name, size] = /^(.+)=(\d+)$/.exec(text) ?? [];
      if (name === undefined || Number(size) < 1) {
        throw new UsageError(`--dim must be a name and a size, such as batch=1, got ${text}`);
      }
      return [name, Number(size)];
    }),
  );
}
