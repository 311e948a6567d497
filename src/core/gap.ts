import { dataOp, Node, type Scope, scope } from "./node.ts";
import type { Shape } from "./shape.ts";

/** A call that could not be recorded: what it does is not known, but perhaps what comes out. */
export interface Gap {
  /** Its place among the nodes of the recording. */
  readonly id: number;
  readonly scope: Scope | null;
  /** "the operator NonZero is not known". */
  readonly reason: string;
  /** Of its first output; null where that is not known. */
  readonly shape: Shape | null;
  /** What goes into it, and what stands for what comes out. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

let watched: Gap[] | null = null;

/** Runs `body`; what it can't record is told, not thrown. */
export function watchGaps(body: () => void): readonly Gap[] {
  const before = watched;
  const gaps: Gap[] = [];
  watched = gaps;
  try {
    body();
  } finally {
    watched = before;
  }
  return gaps;
}

/** Notes that the innermost scope can't be recorded. False where nobody asked for it: then it has to be thrown. */
export function noteGap(
  reason: string,
  shape: Shape | null,
  inputs: readonly Node[],
  outputs: readonly Node[],
): boolean {
  watched?.push({ id: unknownNode(shape ?? []).id, scope: scope(), reason, shape, inputs, outputs });
  return watched !== null;
}

/** Stands for numbers that nobody can work out. */
export function unknownNode(shape: Shape): Node {
  const source = {
    kind: "data" as const,
    get data(): Float32Array {
      throw new TypeError("the numbers behind an unknown operator were asked for");
    },
  };
  return new Node(dataOp, [], {}, shape, "float32", source);
}
