import type { Argument, KernelStep } from "../../../core/kernel.ts";
import { plusProduct } from "./emit.ts";
import { lanesOf, panelStep } from "./panel-step.ts";
import { type DirectProblem, groupBytes, type Panels } from "./problem.ts";

/**
 * Copies the weights into panels: [bias], then for each tap and input channel one row of the panel's output channels,
 * zeros where there is none; a dot panel has four input channels of each of its outputs in turn.
 */
export function packStep(problem: DirectProblem, panels: Panels, bias: Argument, workspace: number): KernelStep {
  const { kernel, target } = problem;
  const key = `conv pack ${JSON.stringify([panels, kernel, target.memory])}`;
  return panelStep({ label: "pack weights", key }, problem, panels, bias, workspace, (f, packing) => {
    const { args, from, to, gather, vector } = packing;
    const { ci, ky, kx, row, tap, source, target } = f.named("ci", "ky", "kx", "row", "tap", "source", "target");
    /** For `channels` inputs at a time and each tap, one vector from `source`: of output `output` of the panel, `bytes` apart. */
    const copy = (output: number, offset: number, channels: number, bytes: number, read: () => void) => {
      f.for(ci, 0, panels.inputsPerGroup, channels, () => {
        f.get(from);
        plusProduct(f, args.output, output);
        plusProduct(f, ci, args.input);
        f.set(row);
        f.get(to).add(offset);
        plusProduct(f, ci, bytes / channels);
        f.set(target);
        f.for(ky, 0, kernel[0], 1, () => {
          f.get(row).set(tap);
          f.for(kx, 0, kernel[1], 1, () => {
            f.get(tap).set(source);
            read();
            f.get(target).get(vector).store("v128.store");
            f.advance(target, (panels.inputsPerGroup / channels) * bytes);
            f.advance(tap, args.x);
          });
          f.advance(row, args.y);
        });
      });
    };
    return (kind) => {
      if (panels.terms === 0) return;
      for (let v = 0; v < kind.vectors; v++) {
        const lanes = lanesOf(kind, v);
        if (kind.dot) {
          for (let lane = 0; lane < lanes; lane++) {
            copy(lane, lane * 16, 4, lanes * 16, () => gather(source, args.input, 4));
          }
        } else copy(v * 4, v * 16, 1, kind.vectors * 16, () => gather(source, args.output, lanes));
      }
    };
  });
}

/** Bytes of the workspace that the packed weights take. */
export const packedBytes = (panels: Panels): number => Math.max(16, panels.groups * groupBytes(panels));
