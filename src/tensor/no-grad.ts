import { withoutGradients } from "../core/node.ts";

/** Records `body` so that no gradient flows through what it computes. `body` must not be async: it only records. */
export function noGrad<T>(body: () => T): T {
  return withoutGradients(body);
}
