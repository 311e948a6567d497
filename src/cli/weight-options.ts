import type { Options } from "yargs";
import { parseRenaming, type TensorFileOptions } from "../formats/node.ts";

/** Which weights of a checkpoint, and under which names: for every command that reads a file of weights. */
export const weightOptions = {
  key: { type: "string", describe: "Of a checkpoint: the dict with the weights, such as model", requiresArg: true },
  rename: {
    type: "string",
    array: true,
    describe: "Other names for keys: 'conv1->body.0' 'module->' (takes a prefix away), several in their order",
    requiresArg: true,
  },
} as const satisfies Record<string, Options>;

export interface WeightRequest {
  readonly key?: string | undefined;
  readonly rename?: readonly string[] | undefined;
}

/** @throws ArgumentError for a renaming without an arrow. */
export function tensorFileOptions({ key, rename = [] }: WeightRequest): TensorFileOptions {
  return { ...(key !== undefined && { key }), rename: rename.map(parseRenaming) };
}
