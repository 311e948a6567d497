import type { Node } from "../../core/node.ts";
import type { Call } from "../calls.ts";

export type ConventionName =
  | "exact"
  | "torchvision"
  | "fvcore"
  | "ptflops"
  | "ptflops-aten"
  | "thop"
  | "thop-head"
  | "calflops"
  | "onnx-tool"
  | "google";

/** What a tool would say of something. */
export interface Counted {
  /** Where the tool prints FLOPs only: multiply-accumulates of convolutions and linear layers. */
  readonly macs: number;
  /** Where the tool prints MACs only: twice its MACs. */
  readonly flops: number;
}

/** How a tool counts. */
export interface Convention {
  readonly name: ConventionName;
  /** Which of the two the tool prints. */
  readonly prints: readonly ("macs" | "flops")[];
  /** What its numbers mean, in one line. */
  readonly meaning: string;
  /** What it counts for one op of a call. */
  count(node: Node, call: Call): Counted;
}

/** A convention of a tool that prints MACs only. */
export function ofMacs(name: ConventionName, meaning: string, macsOf: (node: Node, call: Call) => number): Convention {
  const count = (node: Node, call: Call): Counted => {
    const macs = macsOf(node, call);
    return { macs, flops: 2 * macs };
  };
  return { name, prints: ["macs"], meaning, count };
}
