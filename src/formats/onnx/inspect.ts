import type { FileFacts, TensorFacts } from "../inspect-file.ts";
import { bytesOf } from "../stored-tensor.ts";
import { readingFile } from "./in-file.ts";
import type { Graph, Model, Node } from "./model_pb.ts";
import { opsetOf, parseOnnx } from "./parse.ts";
import { placesIn } from "./places.ts";
import { dtypeOf, tensorShape, typeName } from "./tensor.ts";
import type { Value } from "./value_pb.ts";

/** What is in a `.onnx` file: versions, inputs, outputs, operators by how often they come, and stored tensors. */
export function inspectOnnx(bytes: Uint8Array, file: string): FileFacts {
  const model = parseOnnx(bytes, file);
  const graph = model.graph!;
  const places = placesIn(model, bytes);
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const entries = [
    { name: "opset", value: opsets(model) },
    { name: "made by", value: [model.producerName, model.producerVersion].filter(Boolean).join(" ") },
    ...graph.input
      .filter(({ name }) => !stored.has(name))
      .map((each) => ({ name: `input ${each.name}`, value: described(each) })),
    ...graph.output.map((each) => ({ name: `output ${each.name}`, value: described(each) })),
    { name: "operators", value: operators(graph) },
  ];
  const tensors = graph.initializer.map((tensor): TensorFacts => {
    const shape = readingFile(file, places.get(tensor) ?? null, () => tensorShape(tensor));
    const elements = shape.reduce((product, each) => product * each, 1);
    const dtype = dtypeOf(tensor.dataType);
    const bytes = dtype ? elements * bytesOf[dtype] : 0;
    return { name: tensor.name, dtype: dtype ?? typeName(tensor.dataType), shape, elements, bytes };
  });
  const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]));
  const shown = entries.filter(({ value }) => value !== "");
  return {
    file,
    format: `ONNX, IR version ${model.irVersion}`,
    fileBytes: bytes.length,
    tensors,
    metadata,
    entries: shown,
    note: null,
  };
}

function opsets(model: Model): string {
  const own = opsetOf(model);
  const others = model.opsetImport
    .filter(({ domain }) => domain !== "" && domain !== "ai.onnx")
    .map(({ domain, version }) => `${domain} ${version}`);
  return [...(own === null ? [] : [String(own)]), ...others].join(", ");
}

function described({ type }: Value): string {
  const tensor = type?.tensorType;
  if (!tensor) return "no tensor";
  const dims = tensor.shape?.dim.map(({ dimValue, dimParam }) => dimParam || (dimValue ? String(dimValue) : "?"));
  return `${typeName(tensor.elemType)} ${dims ? `[${dims.join(", ")}]` : "of any shape"}`;
}

/** Also those in graphs inside of nodes. */
function operators(graph: Graph): string {
  const counts = new Map<string, number>();
  const visit = (nodes: readonly Node[]) => {
    for (const { opType, domain, attribute } of nodes) {
      const name = domain && domain !== "ai.onnx" ? `${domain}.${opType}` : opType;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      for (const { g } of attribute) if (g) visit(g.node);
    }
  };
  visit(graph.node);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, count]) => (count === 1 ? name : `${count} ${name}`))
    .join(", ");
}
