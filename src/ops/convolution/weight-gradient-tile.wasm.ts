import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadLanes, multiplyAdd, storeSums } from "../../codegen/wasm/emit.ts";

export interface OuterProductTile {
  readonly name: string;
  readonly rows: number;
  readonly vectors: number;
  /** Elements by which the last vector is moved back. */
  readonly shift: number;
  readonly lanes: number;
  /** Bytes from a pixel to the next on the side of the rows and on that of the vectors. */
  readonly rowPixel: number;
  readonly vectorPixel: number;
  readonly fused: boolean;
}

/**
 * `tile(rowAddress, vectorAddress, height, width, rowJump, vectorJump, destination, blocks, accumulate)`: the sum over
 * height · width pixels of `rows` floats times `vectors` vectors, for `blocks` neighbouring groups of rows, stored at
 * or added to `destination` as [rows][vectors]. A jump leads from the end of a pixel row to the next one.
 *
 *            v0   v1   v2      vectors of the pixel
 *     r0   acc  acc  acc
 *     r1   acc  acc  acc       each float r splatted
 */
export function emitOuterProductTile(tile: OuterProductTile): FunctionBuilder {
  const { rows, vectors, shift, lanes, rowPixel, vectorPixel, fused } = tile;
  const f = new FunctionBuilder(tile.name, new Array(9).fill("i32"));
  const [rowAddress, vectorAddress, height, width, rowJump, vectorJump, destination, blocks, accumulate] =
    f.parameters as Local[] & { length: 9 };
  const [row, vector, y, end, span] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const sums = f.locals("v128", rows * vectors);
  const columns = f.locals("v128", vectors);
  const scalar = f.local("v128");
  f.get(width!).mul(vectorPixel).set(span);
  f.loop(() => {
    for (const sum of sums) f.f32x4(0).set(sum);
    f.get(rowAddress!).set(row).get(vectorAddress!).set(vector).get(height!).set(y);
    f.loop(() => {
      f.get(vector).add(span).set(end);
      f.loop(() => {
        for (const [index, column] of columns.entries()) {
          // The last vector is moved back to end where the channels end: nothing beyond them is read.
          if (lanes < 4) loadLanes(f, vector, lanes);
          else f.get(vector).load("v128.load", 16 * index - (index === vectors - 1 ? 4 * shift : 0));
          f.set(column);
        }
        for (let at = 0; at < rows; at++) {
          f.get(row)
            .load("v128.load32_splat", 4 * at)
            .set(scalar);
          for (const [index, column] of columns.entries()) {
            multiplyAdd(f, fused, sums[at * vectors + index]!, scalar, column);
          }
        }
        f.advance(row, rowPixel);
        f.get(vector).add(vectorPixel).tee(vector).get(end).op("i32.lt_u").branchIf(0);
      });
      f.advance(row, rowJump!);
      f.advance(vector, vectorJump!);
      f.countDown(y);
    });
    storeSums(f, sums, destination!, accumulate!);
    f.advance(destination!, 16 * rows * vectors);
    f.advance(rowAddress!, 4 * rows);
    f.countDown(blocks!);
  });
  return f;
}
