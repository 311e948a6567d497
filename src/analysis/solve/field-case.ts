import type { Node } from "../../core/node.ts";
import type { Shape } from "../../core/shape.ts";
import type { FieldMap } from "../receptive-field.ts";
import type { Network, Recording } from "../recording.ts";
import type { WindowLayer } from "./window-layers.ts";

/** A network whose field is wanted at a node, and the layers that may be changed. */
export interface FieldCase {
  readonly network: Network;
  readonly inputShape: Shape;
  readonly recording: Recording;
  readonly fields: FieldMap;
  readonly target: Node;
  readonly layers: readonly WindowLayer[];
  readonly want: number;
}

/** A changed network in which the node sees enough. */
export interface FieldChange {
  readonly layer: string;
  readonly change: string;
  readonly recording: Recording;
  readonly target: Node;
  readonly parametersAdded: number;
  readonly coarser: boolean;
}

/** Of each kind of change, as many layers as this are proven: those where it costs least. */
export const perKind = 8;

/** The smaller of both axes; infinite where it is the whole input, 0 where there is none. */
export function fieldSize(fields: FieldMap, node: Node): number {
  const field = fields.field(node);
  if (!field) return 0;
  return Math.min(...[field.height, field.width].map(({ whole, size }) => (whole ? Number.POSITIVE_INFINITY : size)));
}

/** Null where the changed sizes no longer fit. */
export function attempt<T>(body: () => T): T | null {
  try {
    return body();
  } catch {
    return null;
  }
}
