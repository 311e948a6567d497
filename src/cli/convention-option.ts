import type { Options } from "yargs";
import { conventions } from "../analysis/conventions/index.ts";

export const conventionOption = {
  convention: {
    type: "string",
    describe: "Whose MACs and FLOPs",
    choices: Object.keys(conventions),
    default: "exact",
    requiresArg: true,
  },
} as const satisfies Record<string, Options>;
