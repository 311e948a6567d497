import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { ArgumentList } from "../../codegen/wasm/rows.ts";
import type { WasmKernel } from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import { argmaxOp } from "./argmax.ts";

/** Outputs of one piece. */
const chunk = 256;

/** Contiguous elements [outer, length, inner], one output at a time. */
export const argmaxKernel: WasmKernel = {
  op: argmaxOp,
  name: "argmax",
  accepts: () => true,
  wishes: () => ({ inputs: [{ order: "contiguous" }], output: "contiguous", epilogue: false }),
  plan: ({ inputs, output, attributes, inputLayouts, outputLayout, target }) => {
    const { shape } = inputs[0]!;
    const dims = attributes.dim as readonly number[];
    const inner = dims.length === 1 ? numel(shape.slice(dims[0]! + 1)) : 1;
    const count = numel(output.shape);
    const list = new ArgumentList();
    const at = {
      x: list.add({ buffer: "input", index: 0, offset: inputLayouts[0]!.offset }),
      output: list.add({ buffer: "output", index: 0, offset: outputLayout.offset }),
      count: list.add(count),
      length: list.add(numel(dims.map((axis) => shape[axis]!))),
      inner: list.add(inner),
    };
    return {
      steps: [
        {
          label: "argmax",
          key: "argmax",
          emit: () => encodeModule([emitArgmax(at)], target.memory),
          arguments: list.words,
          pieces: Math.ceil(count / chunk),
        },
      ],
    };
  },
};

function emitArgmax(at: Record<"x" | "output" | "count" | "length" | "inner", number>): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [block, first, last] = f.parameters as [Local, Local, Local, Local];
  const [place, end, pointer, step, length, index] = f.locals("i32", 6) as [Local, Local, Local, Local, Local, Local];
  const winner = f.local("i32");
  const [best, value] = f.locals("f32", 2) as [Local, Local];
  const argument = (offset: number) => f.get(block).load("i32.load", offset);

  f.get(last).mul(chunk).tee(end);
  argument(at.count);
  f.get(end);
  argument(at.count).op("i32.lt_s").op("select").set(end);
  f.get(first).mul(chunk).set(first);
  argument(at.length).set(length);
  argument(at.inner).mul(4).set(step);
  f.for(place, first, end, 1, () => {
    // Output o · inner + i starts at x[o][0][i].
    argument(at.x).get(place);
    argument(at.inner).op("i32.div_u").mul(length);
    argument(at.inner).op("i32.mul").get(place);
    argument(at.inner).op("i32.rem_u").op("i32.add").mul(4).op("i32.add").tee(pointer);
    f.load("f32.load").set(best).i32(0).set(winner);
    f.for(index, 1, length, 1, () => {
      f.get(pointer).add(step).tee(pointer).load("f32.load").tee(value);
      // Larger, or the first NaN.
      f.get(best).op("f32.gt");
      f.get(value).get(value).op("f32.ne").get(best).get(best).op("f32.eq").op("i32.and").op("i32.or");
      f.if(() => f.get(value).set(best).get(index).set(winner));
    });
    argument(at.output).get(place).mul(4).op("i32.add").get(winner).store("i32.store");
  });
  return f;
}
