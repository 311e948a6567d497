import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../../codegen/wasm/emit.ts";
import { encodeModule } from "../../../codegen/wasm/module.ts";
import type { Argument, KernelStep } from "../../../core/kernel.ts";
import { forPanel, plusProduct } from "../direct/emit.ts";
import { groupBytes, type PanelClass } from "../direct/problem.ts";
import { type WinogradProblem, type WinogradShape, weightPlane } from "./problem.ts";

const names = ["source", "target", "bias", "output", "input", "y", "x"] as const;

/** Transforms the weights into panels, one panel a piece: [bias], then for each position and input channel one row of outputs. */
export function winogradPackStep(
  { weights, target }: WinogradProblem,
  shape: WinogradShape,
  bias: Argument,
  workspace: number,
): KernelStep {
  return {
    label: "transform weights",
    key: `winograd pack ${JSON.stringify([shape.scheme.outputs, shape.panels, target.fusedMultiplyAdd, target.memory])}`,
    emit: () => encodeModule([emitPack(shape, target.fusedMultiplyAdd)], target.memory),
    arguments: [
      { buffer: "input", index: 1, offset: weights.offset },
      { buffer: "workspace", index: workspace },
      bias,
      weights.output * 4,
      weights.input * 4,
      weights.y * 4,
      weights.x * 4,
    ],
    pieces: shape.panels.panelsPerGroup,
  };
}

function emitPack(shape: WinogradShape, fused: boolean): FunctionBuilder {
  const { scheme, panels, channels } = shape;
  const { size } = scheme;
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local];
  const args = loadArguments(f, names);
  const [panel, channel, group, bytes, from, to] = f.locals("i32", 6) as [Local, Local, Local, Local, Local, Local];
  const [ci, source, tap, at] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const taps = f.locals("v128", 3);
  const half = Array.from({ length: size }, () => f.locals("v128", 3));
  const vector = f.local("v128");

  const gather = (address: Local, step: Local | number, lanes: number) => {
    f.f32x4(0).set(vector).get(address).set(at);
    for (let lane = 0; lane < lanes; lane++) {
      f.get(at).get(vector).laneMemory("v128.load32_lane", lane).set(vector);
      if (lane < lanes - 1) f.advance(at, step);
    }
  };
  const transformKernels = (kind: PanelClass, v: number, lanes: number) => {
    for (let kx = 0; kx < 3; kx++) {
      f.get(source);
      plusProduct(f, args.x, kx);
      f.set(tap);
      for (const each of taps) {
        gather(tap, args.output, lanes);
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
  const pack = (kind: PanelClass) => {
    const width = kind.vectors * 16;
    f.get(args.target).add(bytes).set(to);
    if (panels.head) {
      for (let v = 0; v < kind.vectors; v++) {
        f.get(args.bias);
        plusProduct(f, channel, 4);
        f.add(v * 16).set(source);
        gather(source, 4, Math.min(4, kind.lanes - v * 4));
        f.get(to)
          .get(vector)
          .store("v128.store", v * 16);
      }
      f.advance(to, width);
    }
    f.get(args.source);
    plusProduct(f, channel, args.output);
    f.set(from);
    f.for(ci, 0, channels, 1, () => {
      for (let v = 0; v < kind.vectors; v++) {
        f.get(from);
        plusProduct(f, args.output, v * 4);
        f.set(source);
        transformKernels(kind, v, Math.min(4, kind.lanes - v * 4));
      }
      f.advance(from, args.input);
      f.advance(to, width);
    });
  };

  f.for(panel, first, last, 1, () => forPanel(f, panels, panel, { channel, group, bytes }, groupBytes(panels), pack));
  return f;
}
