import { ArgumentError } from "../../core/errors.ts";
import { calflops } from "./calflops.ts";
import type { Convention, ConventionName } from "./convention.ts";
import { exact } from "./exact.ts";
import { fvcore } from "./fvcore.ts";
import { google } from "./google.ts";
import { onnxTool } from "./onnx-tool.ts";
import { ptflops, ptflopsAten } from "./ptflops.ts";
import { thop, thopHead } from "./thop.ts";
import { torchvision } from "./torchvision.ts";

/** Every way of counting, by its name. */
export const conventions: Readonly<Record<ConventionName, Convention>> = {
  exact,
  torchvision,
  fvcore,
  ptflops,
  "ptflops-aten": ptflopsAten,
  thop,
  "thop-head": thopHead,
  calflops,
  "onnx-tool": onnxTool,
  google,
};

/** @throws ArgumentError that tells the names. */
export function conventionOf(name: string): Convention {
  const found = Object.values(conventions).find((each) => each.name === name);
  if (found) return found;
  throw new ArgumentError(`convention: needs one of ${Object.keys(conventions).join(", ")}, got ${name}`);
}
