import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import type { PanelClass } from "../direct/problem.ts";
import { productPlane, type WinogradShape } from "./problem.ts";

/**
 * `output(products, panel, target, tiles, rowStep, half)`: transforms a panel's products of neighbouring tiles, `Y = Aᵀ M A`,
 * and adds the bias, which is where the panel begins. Output pixels lie `pixelStep` bytes apart, rows `rowStep`.
 */
export function emitOutputTransform(
  name: string,
  shape: WinogradShape,
  kind: PanelClass,
  pixelStep: number,
  fused: boolean,
): FunctionBuilder {
  const { scheme, panels } = shape;
  const { size, outputs } = scheme;
  const f = new FunctionBuilder(name, ["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [products, panel, target, tiles, rowStep, half] = f.parameters as [Local, Local, Local, Local, Local, Local];
  const rows = [target, ...f.locals("i32", outputs - 1)];
  const vectors = f.locals("v128", size);

  const transform = (v: number) => {
    for (let column = 0; column < size; column++) {
      for (const [row, vector] of vectors.entries()) {
        f.get(products)
          .load("v128.load", (row * size + column) * productPlane(shape, kind) + v * 16)
          .set(vector);
      }
      scheme.output(f, fused, vectors, (row, push) => {
        f.get(half);
        push();
        f.store("v128.store", (row * size + column) * 16);
      });
    }
    for (const [row, address] of rows.entries()) {
      for (const [column, vector] of vectors.entries()) {
        f.get(half)
          .load("v128.load", (row * size + column) * 16)
          .set(vector);
      }
      scheme.output(f, fused, vectors, (column, push) => {
        f.get(address);
        push();
        if (panels.head)
          f.get(panel)
            .load("v128.load", v * 16)
            .op("f32x4.add");
        f.store("v128.store", column * pixelStep + v * 16);
      });
    }
  };
  for (let row = 1; row < outputs; row++)
    f.get(rows[row - 1]!)
      .get(rowStep)
      .op("i32.add")
      .set(rows[row]!);
  f.loop(() => {
    for (let v = 0; v < kind.vectors; v++) transform(v);
    f.get(products)
      .i32(kind.vectors * 16)
      .op("i32.add")
      .set(products);
    for (const row of rows)
      f.get(row)
        .i32(outputs * pixelStep)
        .op("i32.add")
        .set(row);
    f.get(tiles).i32(1).op("i32.sub").tee(tiles).branchIf(0);
  });
  return f;
}
