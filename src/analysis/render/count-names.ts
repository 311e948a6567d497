import { conventionOf } from "../conventions/index.ts";
import type { Summary } from "../summary.ts";

/** What a summary's MACs and FLOPs are called; null where the tool whose convention it has prints no such figure. */
export interface CountNames {
  readonly macs: string | null;
  readonly flops: string | null;
  /** Which of them shares are of. */
  readonly cost: "macs" | "flops";
}

/** "MACs (torchvision)": only what a tool prints bears its name. */
export function countNames({ convention }: Summary): CountNames {
  const { prints } = conventionOf(convention);
  const suffix = convention === "exact" ? "" : ` (${convention})`;
  return {
    macs: prints.includes("macs") ? `MACs${suffix}` : null,
    flops: prints.includes("flops") ? `FLOPs${suffix}` : null,
    cost: prints.includes("flops") ? "flops" : "macs",
  };
}
