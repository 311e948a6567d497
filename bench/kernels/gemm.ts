// Matrix products, one thread: `npx tsx bench/kernels/gemm.ts`.
import { contiguousStrides, numel, type Shape } from "../../src/core/shape.ts";
import { matmulWasm } from "../../src/ops/matmul/matmul.wasm.ts";
import { benchTarget, prepare, report } from "./harness.ts";

function row(name: string, [m, k]: readonly [number, number], n: number, transposeA: boolean, transposeB: boolean) {
  const shapes: Shape[] = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n], [m, n]];
  const types = shapes.map((shape) => ({ shape, dtype: "float32" as const }));
  const layouts = shapes.map((shape) => ({ strides: contiguousStrides(shape), offset: 0, size: numel(shape) }));
  const [a, b, c] = layouts as [(typeof layouts)[0], (typeof layouts)[0], (typeof layouts)[0]];
  return {
    name,
    flops: 2 * m * n * k,
    run: () => {
      const plan = matmulWasm.plan({
        inputs: types.slice(0, 2),
        output: types[2]!,
        attributes: { transposeA, transposeB },
        inputLayouts: [a, b],
        outputLayout: c,
        epilogue: null,
        target: benchTarget(),
      });
      return prepare(plan, [a, b], c);
    },
  };
}

report([
  row("512³", [512, 512], 512, false, false),
  row("512³, a transposed", [512, 512], 512, true, false),
  row("512³, b transposed", [512, 512], 512, false, true),
  row("1024³", [1024, 1024], 1024, false, false),
  row("linear 3136→128, batch 64", [64, 3136], 128, false, true),
  row("  its input gradient", [64, 128], 3136, false, false),
  row("  its weight gradient", [128, 64], 3136, true, false),
  row("linear 128→10, batch 64", [64, 128], 10, false, true),
  row("  its input gradient", [64, 10], 128, false, false),
  row("  its weight gradient", [10, 64], 128, true, false),
  row("linear 512→1000, batch 1", [1, 512], 1000, false, true),
  row("[1, 512] x [512, 1000]", [1, 512], 1000, false, false),
  row("[8, 100000] x [100000, 8]", [8, 100_000], 8, false, false),
]);
