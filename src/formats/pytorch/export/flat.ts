import type { Cell } from "../../../core/cell.ts";
import { ConvsmithError } from "../../../core/errors.ts";
import { type Module, Parameter } from "../../../nn/index.ts";
import { Constants } from "./constants.ts";
import { writeForward } from "./forward.ts";
import { checkMember, isIdentifier, pythonString } from "./python.ts";
import type { Trace } from "./trace.ts";

/**
 * A network whose numbers have names that are not its modules', as an ONNX graph: one class, with an nn.Module for each
 * part of a name, and the ops as functions.
 */
export function writeFlatClass(network: Module, trace: Trace, className: string): string {
  const lines: string[] = [];
  const cells = new Map<Cell, string>();
  const modules = new Map<string, string>([["", "self"]]);
  const tensors = new Set<string>();
  for (const [key, tensor] of network.stateDict()) {
    const segments = key.split(".");
    for (const each of segments) checkMember(each, `${className}: ${pythonString(key.slice(0, 80))}`);
    const name = segments.pop()!;
    let path = "";
    for (const each of segments) {
      const outer = modules.get(path)!;
      path = path === "" ? each : `${path}.${each}`;
      if (tensors.has(path)) throw clash(className, path);
      if (modules.has(path)) continue;
      modules.set(path, memberOf(outer, each));
      lines.push(
        isIdentifier(each)
          ? `${outer}.${each} = nn.Module()`
          : `${outer}.add_module(${pythonString(each)}, nn.Module())`,
      );
    }
    if (modules.has(key)) throw clash(className, key);
    tensors.add(key);
    const owner = modules.get(path)!;
    const zeros = `torch.zeros(${tensor.shape.join(", ") || "()"})`;
    const isParameter = tensor instanceof Parameter;
    if (isParameter && isIdentifier(name)) lines.push(`${owner}.${name} = nn.Parameter(${zeros})`);
    else if (isParameter) lines.push(`${owner}.register_parameter(${pythonString(name)}, nn.Parameter(${zeros}))`);
    else lines.push(`${owner}.register_buffer(${pythonString(name)}, ${zeros})`);
    cells.set(tensor.cell, memberOf(owner, name));
  }
  const constants = new Constants();
  const names = { block: className, constants, module: () => null, cell: (cell: Cell) => cells.get(cell) ?? null };
  const forward = writeForward(trace.root, trace, names);
  const body = [...lines, ...constants.lines].map((line) => `        ${line}`);
  const head = [`class ${className}(nn.Module):`, "    def __init__(self):", "        super().__init__()"];
  return `${[...head, ...body, "", ...forward.map((line) => `    ${line}`)].join("\n")}\n`;
}

const memberOf = (owner: string, name: string) =>
  isIdentifier(name) ? `${owner}.${name}` : `getattr(${owner}, ${pythonString(name)})`;

const clash = (className: string, name: string) =>
  new ConvsmithError(
    `${className}: ${pythonString(name.slice(0, 80))} is both a tensor and the beginning of other names, which PyTorch does not allow`,
  );
