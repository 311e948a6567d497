import type { Node } from "../../core/node.ts";
import { numel } from "../../core/shape.ts";

/** The wanted height times width, where the size was given and not a factor. */
export function wantedPixels({ attributes }: Node): number | null {
  const size = attributes.size as readonly number[] | null;
  return size ? numel(size) : null;
}
