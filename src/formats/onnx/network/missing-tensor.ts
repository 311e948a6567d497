import { shownName } from "../in-file.ts";
import type { Node } from "../model_pb.ts";
import { keyOf } from "./check-names.ts";
import { operatorName } from "./node-module.ts";

/** Why a tensor is not there for the node at this place: `the tensor "a", which no node gives`. */
export function missingTensor(name: string, nodes: readonly Node[], user: number): string {
  const at = nodes.findIndex(({ output }) => output.includes(name));
  const tensor = `the tensor ${shownName(name)}`;
  const maker = nodes[at];
  if (!maker) return `${tensor}, which no node gives`;
  if (at === user) return `${tensor}, which it gives itself: nodes must not form a circle`;
  const output = `output ${maker.output.indexOf(name)} of ${shownName(keyOf(maker))} (${operatorName(maker)})`;
  if (at < user) return `${tensor}, ${output}, which is not supported`;
  return `${tensor}, ${output}, which comes later: nodes must follow those that they need, and form no circle`;
}
