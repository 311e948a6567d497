import type { Tensor } from "../../../tensor/index.ts";
import type { Call } from "./call.ts";
import type { Value } from "./value.ts";

/** A tensor has the kind of the node's first input. */
export type Result = Tensor | Value;

/** What is known about an operator of ONNX: one entry in a table. */
export interface Operator {
  /** Inputs whose numbers decide what is recorded (sizes, axes, bounds): they are never parameters. */
  readonly plain?: readonly number[];
  /** Inputs that a file stores and training does not: statistics. */
  readonly buffers?: readonly number[];
  /** Records a node. Outputs that it does not give are refused where they are used. */
  record(call: Call): Result | readonly Result[];
  /** The node in a few words, behind its operator, from the shapes of its stored inputs: "1→64, 5×5". */
  describe?(shapes: readonly (readonly number[] | null)[], call: Call): string;
}

export type Operators = Readonly<Record<string, Operator>>;
