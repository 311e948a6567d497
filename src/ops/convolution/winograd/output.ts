import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { emitRowAddresses } from "../../../codegen/wasm/emit.ts";
import { hoistsLoads, vectorsPerRegister } from "../../../codegen/wasm/tiles.ts";
import type { Target } from "../../../core/kernel.ts";
import type { PanelClass } from "../direct/problem.ts";
import { productPlane, type WinogradShape } from "./problem.ts";
import { type TransformLocals, transformLocals, transformSquare } from "./transforms.ts";

/**
 * `output(products, panel, target, tiles, rowStep, half)`: transforms a panel's products of neighbouring tiles, `Y = Aᵀ M A`,
 * and adds the bias, which is where the panel begins. Output pixels lie `pixelStep` bytes apart, rows `rowStep`.
 */
export function emitOutputTransform(
  name: string,
  shape: WinogradShape,
  kind: PanelClass,
  pixelStep: number,
  target: Target,
): FunctionBuilder {
  const { scheme, panels } = shape;
  const { size, outputs } = scheme;
  const f = new FunctionBuilder(name, ["i32", "i32", "i32", "i32", "i32", "i32"]);
  if (!hoistsLoads(target)) f.keepConstants();
  const [products, panel, results, tiles, rowStep, half] = f.parameters as [Local, Local, Local, Local, Local, Local];
  const rows = [results, ...f.locals("i32", outputs - 1)];
  const width = vectorsPerRegister(target);
  const locals = transformLocals(f, width, size);

  /** Vectors `v` and, where two go side by side, `v + 1` of the panel. */
  const transform = (v: number, of: TransformLocals) =>
    transformSquare(
      f,
      target.fusedMultiplyAdd,
      scheme.output,
      of,
      { from: size, to: outputs, half },
      (which, row, column) =>
        f.get(products).load("v128.load", (row * size + column) * productPlane(shape, kind) + (v + which) * 16),
      (which, row, column, push) => {
        f.get(rows[row]!);
        push();
        if (panels.head)
          f.get(panel)
            .load("v128.load", (v + which) * 16)
            .op("f32x4.add");
        f.store("v128.store", column * pixelStep + (v + which) * 16);
      },
    );
  emitRowAddresses(f, rows, rowStep);
  f.loop(() => {
    for (let v = 0; v < kind.vectors; ) {
      const wide = Math.min(width, kind.vectors - v);
      transform(v, { vectors: locals.vectors.slice(0, wide), results: wide === 1 ? [] : locals.results });
      v += wide;
    }
    f.advance(products, kind.vectors * 16);
    for (const row of rows) f.advance(row, outputs * pixelStep);
    f.countDown(tiles);
  });
  return f;
}
