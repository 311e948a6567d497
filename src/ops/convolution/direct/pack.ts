import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../../codegen/wasm/emit.ts";
import { encodeModule } from "../../../codegen/wasm/module.ts";
import type { Argument, KernelStep } from "../../../core/kernel.ts";
import { forPanel, plusProduct } from "./emit.ts";
import { type DirectProblem, groupBytes, type PanelClass, type Panels } from "./problem.ts";

const names = ["source", "target", "bias", "group", "output", "input", "y", "x"] as const;

/**
 * Copies the weights into panels, one panel a piece: [bias], then for each tap and input channel one row of the panel's
 * output channels, zeros where there is none; a dot panel has four input channels of each of its outputs in turn.
 */
export function packStep(problem: DirectProblem, panels: Panels, bias: Argument, workspace: number): KernelStep {
  const { weights, kernel, target } = problem;
  return {
    label: "pack weights",
    key: `conv pack ${JSON.stringify([panels, kernel, target.memory])}`,
    emit: () => encodeModule([emitPack(panels, kernel)], target.memory),
    arguments: [
      { buffer: "input", index: 1, offset: weights.offset },
      { buffer: "workspace", index: workspace },
      bias,
      weights.group * 4,
      weights.output * 4,
      weights.input * 4,
      weights.y * 4,
      weights.x * 4,
    ],
    pieces: panels.groups * panels.panelsPerGroup,
  };
}

function emitPack(panels: Panels, kernel: readonly [number, number]): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local, Local];
  const args = loadArguments(f, names);
  const [panel, channel, group, bytes, from, to] = f.locals("i32", 6) as [Local, Local, Local, Local, Local, Local];
  const [ci, ky, kx, row, tap, source, target] = f.locals("i32", 7) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const vector = f.local("v128");

  const gather = (address: Local, step: Local | number, lanes: number) => {
    f.f32x4(0).set(vector);
    for (let lane = 0; lane < lanes; lane++) {
      f.get(address).get(vector).laneMemory("v128.load32_lane", lane).set(vector);
      if (lane < lanes - 1) f.advance(address, step);
    }
  };

  const pack = (kind: PanelClass) => {
    const width = kind.vectors * 16;
    f.get(args.source);
    plusProduct(f, group, args.group);
    plusProduct(f, channel, args.output);
    f.set(from);
    f.get(args.target).add(bytes).set(to);
    for (let v = 0; v < kind.vectors; v++) {
      const lanes = Math.min(4, kind.lanes - v * 4);
      if (panels.head) {
        f.get(args.bias).get(channel);
        plusProduct(f, group, panels.outputsPerGroup);
        f.mul(4)
          .op("i32.add")
          .add(v * 16)
          .set(source);
        gather(source, 4, lanes);
        f.get(to)
          .get(vector)
          .store("v128.store", v * 16);
      }
      if (panels.terms === 0) continue;
      if (kind.dot) {
        for (let lane = 0; lane < lanes; lane++) {
          copy(lane, panels.head * width + lane * 16, 4, lanes * 16, () => gather(source, args.input, 4));
        }
      } else copy(v * 4, panels.head * width + v * 16, 1, width, () => gather(source, args.output, lanes));
    }
  };
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

  f.for(panel, first, last, 1, () => {
    forPanel(f, panels, panel, { channel, group, bytes }, groupBytes(panels), pack);
  });
  return f;
}

/** Bytes of the workspace that the packed weights take. */
export const packedBytes = (panels: Panels): number => Math.max(16, panels.groups * groupBytes(panels));
