import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { contiguousWishes, inputAddress, outputAddress, type WasmKernel } from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import { argmaxOp } from "./argmax.ts";

/** Outputs of one piece. */
const chunk = 256;

/** Contiguous elements [outer, length, inner], one output at a time. */
export const argmaxKernel: WasmKernel = {
  op: argmaxOp,
  name: "argmax",
  accepts: () => true,
  wishes: contiguousWishes,
  plan: (call) => {
    const { shape } = call.inputs[0]!;
    const dims = call.attributes.dim as readonly number[];
    const count = numel(call.output.shape);
    return {
      steps: [
        {
          label: "argmax",
          key: "argmax",
          emit: () => encodeModule([emitArgmax()], call.target.memory),
          arguments: [
            inputAddress(call, 0),
            outputAddress(call),
            count,
            numel(dims.map((axis) => shape[axis]!)),
            dims.length === 1 ? numel(shape.slice(dims[0]! + 1)) : 1,
          ],
          pieces: Math.ceil(count / chunk),
        },
      ],
    };
  },
};

function emitArgmax(): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local, Local];
  const { x, output, count, length, inner } = loadArguments(f, ["x", "output", "count", "length", "inner"]);
  const [place, end, pointer, step, index, winner] = f.locals("i32", 6) as [Local, Local, Local, Local, Local, Local];
  const [best, value] = f.locals("f32", 2) as [Local, Local];

  f.get(last).mul(chunk).set(end);
  f.min(end, count).set(end);
  f.get(first).mul(chunk).set(first);
  f.get(inner).mul(4).set(step);
  f.for(place, first, end, 1, () => {
    // Output o · inner + i starts at x[o][0][i].
    f.get(x).get(place).get(inner).op("i32.div_u").mul(length).mul(inner);
    f.get(place).get(inner).op("i32.rem_u").op("i32.add").mul(4).op("i32.add").tee(pointer);
    f.load("f32.load").set(best).i32(0).set(winner);
    f.for(index, 1, length, 1, () => {
      f.get(pointer).add(step).tee(pointer).load("f32.load").tee(value);
      // Larger, or the first NaN.
      f.get(best).op("f32.gt");
      f.get(value).get(value).op("f32.ne").get(best).get(best).op("f32.eq").op("i32.and").op("i32.or");
      f.if(() => f.get(value).set(best).get(index).set(winner));
    });
    f.get(output).get(place).mul(4).op("i32.add").get(winner).store("i32.store");
  });
  return f;
}
