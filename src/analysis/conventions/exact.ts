import { costOf } from "../cost.ts";
import type { Convention } from "./convention.ts";

/** Ours: what is computed, each multiplication and addition once. */
export const exact: Convention = {
  name: "exact",
  prints: ["macs", "flops"],
  meaning: "n multiplications and n − 1 additions for each output, and one more addition where there is a bias",
  count: (node) => costOf(node),
};
