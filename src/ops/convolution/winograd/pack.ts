import type { Argument, KernelStep } from "../../../core/kernel.ts";
import { plusProduct } from "../direct/emit.ts";
import { lanesOf, panelStep } from "../direct/panel-step.ts";
import type { PanelClass } from "../direct/problem.ts";
import { type WinogradProblem, type WinogradShape, weightPlane } from "./problem.ts";

/** Transforms the weights into panels: [bias], then for each position and input channel one row of outputs. */
export function winogradPackStep(
  problem: WinogradProblem,
  shape: WinogradShape,
  bias: Argument,
  workspace: number,
): KernelStep {
  const { scheme, panels, channels } = shape;
  const { size } = scheme;
  const { fusedMultiplyAdd: fused, memory } = problem.target;
  const key = `winograd pack ${JSON.stringify([scheme.outputs, panels, fused, memory])}`;
  return panelStep({ label: "transform weights", key }, problem, panels, bias, workspace, (f, packing) => {
    const { args, from, to, gather, vector } = packing;
    const { ci, source, tap, at } = f.named("ci", "source", "tap", "at");
    const taps = f.locals("v128", 3);
    const half = Array.from({ length: size }, () => f.locals("v128", 3));
    const transformKernels = (kind: PanelClass, v: number) => {
      for (let kx = 0; kx < 3; kx++) {
        f.get(source);
        plusProduct(f, args.x, kx);
        f.set(tap);
        for (const each of taps) {
          f.get(tap).set(at);
          gather(at, args.output, lanesOf(kind, v));
          f.get(vector).set(each).advance(tap, args.y);
        }
        scheme.weight(f, fused, taps, (row, push) => {
          push();
          f.set(half[row]![kx]!);
        });
      }
      for (const [row, values] of half.entries()) {
        scheme.weight(f, fused, values, (column, push) => {
          f.get(to);
          push();
          f.store("v128.store", (row * size + column) * weightPlane(shape, kind) + v * 16);
        });
      }
    };
    return (kind) => {
      f.for(ci, 0, channels, 1, () => {
        for (let v = 0; v < kind.vectors; v++) {
          f.get(from);
          plusProduct(f, args.output, v * 4);
          f.set(source);
          transformKernels(kind, v);
        }
        f.advance(from, args.input);
        f.advance(to, kind.vectors * 16);
      });
    };
  });
}
