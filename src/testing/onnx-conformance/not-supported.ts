import { operatorName, operatorOf } from "../../formats/onnx/network/node-module.ts";
import { dtypeOf, typeName } from "../../formats/onnx/tensor.ts";
import type { Value as Declared } from "../../formats/onnx/value_pb.ts";
import type { BackendCase } from "./cases.ts";

/** Why a case is not run, and the operators that it is about. Null: all of it is supported. */
export interface NotSupported {
  readonly reason: string;
  readonly operators: readonly string[];
}

/** What no network here has, told from the model alone. */
export function notSupported({ model }: BackendCase): NotSupported | null {
  const { node, input, output } = model.graph!;
  const operators = [...new Set(node.map(operatorName))];
  for (const each of [...input, ...output]) {
    const kind = unreadKind(each);
    if (kind) return { reason: kind, operators };
  }
  const unknown = [...new Set(node.filter((each) => !operatorOf(each)).map(operatorName))];
  if (unknown.length === 0) return null;
  return {
    reason: `${unknown.length > 1 ? "operators" : "operator"} not supported: ${unknown.join(", ")}`,
    operators: unknown,
  };
}

function unreadKind({ type }: Declared): string | null {
  if (type && type.sequenceType.length > 0) return "sequences";
  if (type && type.optionalType.length > 0) return "optional values";
  if (type && type.mapType.length > 0) return "maps";
  if (type && type.sparseTensorType.length > 0) return "sparse tensors";
  const element = type?.tensorType?.elemType ?? 0;
  if (dtypeOf(element)?.startsWith("C")) return "complex numbers";
  return element !== 0 && dtypeOf(element) === null ? typeName(element) : null;
}
