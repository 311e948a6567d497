import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../../codegen/wasm/emit.ts";
import { encodeModule } from "../../../codegen/wasm/module.ts";
import type { Argument, KernelStep } from "../../../core/kernel.ts";
import { forPanel, plusProduct } from "./emit.ts";
import { type DirectProblem, groupBytes, type PanelClass, type Panels } from "./problem.ts";

const names = ["source", "target", "bias", "group", "output", "input", "y", "x"] as const;

/** What is known where the weights of a panel are packed. */
export interface Packing {
  /** The steps between weights, in bytes. */
  readonly args: Record<(typeof names)[number], Local>;
  /** The address of the panel's first weight, and of its place behind the bias. */
  readonly from: Local;
  readonly to: Local;
  /** Makes `vector` of `lanes` numbers from `at` on, `step` bytes apart; zeros follow. `at` moves to the last of them. */
  gather(at: Local, step: Local | number, lanes: number): void;
  readonly vector: Local;
}

/** Puts weights into panels, one a piece: the bias, then what `packer` gives the code for. */
export function panelStep(
  names: Pick<KernelStep, "label" | "key">,
  { weights, target }: Pick<DirectProblem, "weights" | "target">,
  panels: Panels,
  bias: Argument,
  workspace: number,
  packer: (f: FunctionBuilder, packing: Packing) => (kind: PanelClass) => void,
): KernelStep {
  return {
    ...names,
    emit: () => encodeModule([emitPanels(panels, packer)], target.memory),
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

function emitPanels(panels: Panels, packer: Parameters<typeof panelStep>[5]): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local, Local];
  const args = loadArguments(f, names);
  const place = f.named("channel", "group", "bytes");
  const [panel, from, to, source] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const vector = f.local("v128");
  const gather = (at: Local, step: Local | number, lanes: number) => {
    f.f32x4(0).set(vector);
    for (let lane = 0; lane < lanes; lane++) {
      f.get(at).get(vector).laneMemory("v128.load32_lane", lane).set(vector);
      if (lane < lanes - 1) f.advance(at, step);
    }
  };
  const pack = packer(f, { args, from, to, gather, vector });
  f.for(panel, first, last, 1, () =>
    forPanel(f, panels, panel, place, groupBytes(panels), (kind) => {
      f.get(args.source);
      plusProduct(f, place.group, args.group);
      plusProduct(f, place.channel, args.output);
      f.set(from).get(args.target).add(place.bytes).set(to);
      if (panels.head) {
        f.get(place.channel);
        plusProduct(f, place.group, panels.outputsPerGroup);
        f.mul(4).add(args.bias).set(source);
        for (let v = 0; v < kind.vectors; v++) {
          gather(source, 4, lanesOf(kind, v));
          f.advance(source, 4).get(to).get(vector).store("v128.store").advance(to, 16);
        }
      }
      pack(kind);
    }),
  );
  return f;
}

/** Lanes of vector number `v` of a panel that are there. */
export const lanesOf = ({ lanes }: PanelClass, v: number): number => Math.min(4, lanes - v * 4);
