import { extname } from "node:path";
import { exportOnnx, type OnnxExport, type OnnxValueFacts, writeFileAtomic } from "../../formats/node.ts";
import { checkFolder } from "../check-folder.ts";
import { UsageError } from "../errors.ts";
import type { ExportTarget } from "./target.ts";

export const onnx: ExportTarget = {
  options: {
    opset: { type: "number", describe: "onnx: the version of its operators, 17 to 23 [17]", requiresArg: true },
    static: { type: "boolean", describe: "onnx: for inputs of one shape only, that of --input" },
  },
  async checkOut(out) {
    if (extname(out) !== ".onnx") throw new UsageError(`-o must be a .onnx file, got ${out}`);
    await checkFolder(out);
  },
  async write({ model, weights, out, options }) {
    const opset = options.opset as number | undefined;
    const made = await exportOnnx(model.network, model.inputShape, {
      ...(opset !== undefined && { opset }),
      fixedSize: options.static === true,
    });
    await writeFileAtomic(out, made.bytes);
    const { bytes, ...facts } = made;
    return { facts: { ...facts, bytes: bytes.length }, text: text(out, weights, made) };
  },
};

const shown = ({ name, dimensions }: OnnxValueFacts): string =>
  `${name} [${dimensions.map((each) => each ?? "?").join(", ")}]`;

function text(
  out: string,
  weights: string | null,
  { bytes, opset, nodes, inputs, outputs, fixed }: OnnxExport,
): string {
  const open = inputs.flatMap(({ dimensions }) => dimensions.filter((each) => typeof each === "string"));
  const lines = [
    `wrote ${out}: ${bytes.length.toLocaleString("en-US")} bytes, opset ${opset}, ${nodes} nodes`,
    `${inputs.map(shown).join(", ")} → ${outputs.map(shown).join(", ")}`,
    `any size: ${open.join(", ") || "none"}`,
    ...fixed.map(({ name, reason }) => `fixed ${name}: ${reason}`),
    `weights: ${weights ?? "random ones; name others with --weights file.safetensors"}`,
  ];
  return lines.join("\n");
}
