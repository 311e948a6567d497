import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";

/**
 * sum(term, last, offsets, weights, source, target, length): the weighted sum of stretches of `length` floats, stored at
 * `target`. Terms are byte positions in both tables; a term's stretch begins at source + its offset.
 */
export function weightedSum(): FunctionBuilder {
  const f = new FunctionBuilder("sum", ["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [first, last, offsets, weights, source, target, length] = f.parameters as [
    ...[Local, Local, Local, Local],
    ...[Local, Local, Local],
  ];
  const term = f.local("i32");
  const place = f.local("i32");
  const weight = f.local("v128");
  const sums = f.locals("v128", 4);

  /** As many whole steps of `count` vectors, or of one float, as are left. */
  const steps = (count: number, wide: boolean) => {
    const floats = wide ? 4 * count : 1;
    const vectors = [...sums.slice(0, count).entries()];
    f.whileAtLeast(length, floats, () => {
      for (const [, sum] of vectors) f.f32x4(0).set(sum);
      f.for(term, first, last, 4, () => {
        f.get(weights).add(term).load("v128.load32_splat").set(weight);
        f.get(offsets).add(term).load("i32.load").add(source).set(place);
        for (const [u, sum] of vectors) {
          f.get(place).load(wide ? "v128.load" : "v128.load32_zero", 16 * u);
          f.get(weight).op("f32x4.mul").get(sum).op("f32x4.add").set(sum);
        }
      });
      for (const [u, sum] of vectors) {
        f.get(target).get(sum);
        if (wide) f.store("v128.store", 16 * u);
        else f.laneMemory("v128.store32_lane", 0);
      }
      for (const pointer of [source, target]) f.advance(pointer, 4 * floats);
    });
  };
  steps(4, true);
  steps(1, true);
  steps(1, false);
  return f;
}
