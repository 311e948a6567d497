import type { Argv, CommandModule } from "yargs";

/** A command's file exports one of these. `handler` prints with output.ts and throws what goes wrong. */
export type Command<Options = object> = CommandModule<object, Options>;

/** Name, one line about it, and the file that has the rest: it is loaded when it is called. One line a command. */
export const commands: readonly {
  readonly command: string;
  readonly describe: string;
  readonly load: () => Promise<{
    readonly builder: (argv: Argv) => Argv;
    readonly handler: (options: never) => Promise<void>;
  }>;
}[] = [
  {
    command: "summary <model>",
    describe: "Sizes, parameters, FLOPs and receptive fields",
    load: () => import("./summary.ts"),
  },
  {
    command: "check <model>",
    describe: "Keep budgets of size, cost, memory and field, in CI",
    load: () => import("./check.ts"),
  },
  { command: "diff <model> [other]", describe: "Two networks, layer by layer", load: () => import("./diff.ts") },
  { command: "sweep <model>", describe: "Cost over a range of input sizes", load: () => import("./sweep.ts") },
  {
    command: "field <model>",
    describe: "Draw what one position of a layer sees of the input",
    load: () => import("./field.ts"),
  },
  {
    command: "train <network>",
    describe: "Train or fine-tune a network: espcn, resnet18, your own net.ts",
    load: () => import("./train.ts"),
  },
  { command: "evaluate <model>", describe: "Judge a trained network on pictures", load: () => import("./evaluate.ts") },
  {
    command: "run <model>",
    describe: "Run a network on a picture, or on the numbers of a file",
    load: () => import("./run-network.ts"),
  },
  {
    command: "compare <model> <other>",
    describe: "The outputs of two networks, layer by layer",
    load: () => import("./compare.ts"),
  },
  {
    command: "export <model>",
    describe: "A network for other tools: an .onnx file, or PyTorch source",
    load: () => import("./export.ts"),
  },
  { command: "upscale <picture>", describe: "Enlarge a picture", load: () => import("./upscale.ts") },
  {
    command: "plan <model>",
    describe: "Every step that the engine makes of a network",
    load: () => import("./plan.ts"),
  },
  {
    command: "inspect <file>",
    describe: "What is in a file: format, tensors, shapes, types, operators",
    load: () => import("./inspect.ts"),
  },
  {
    command: "convert <from> <to>",
    describe: "Weights from .pt, .pth, .onnx or .npy to .safetensors or .npy",
    load: () => import("./convert.ts"),
  },
  {
    command: "import <folder>",
    describe: "Weights back from a folder that export wrote for PyTorch",
    load: () => import("./import.ts"),
  },
  {
    command: "solve [question]",
    describe: "The other way round: what gives a wanted size, field or cost",
    load: () => import("./solve.ts"),
  },
  {
    command: "profile <model>",
    describe: "Where a network's time goes: by layer, beside FLOPs and bytes",
    load: () => import("./profile.ts"),
  },
  {
    command: "tour",
    describe: "Train a small network on a few photos and look at it",
    load: () => import("./tour.ts"),
  },
];
