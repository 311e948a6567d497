// Convolutions by each kernel that may run them, one thread: tsx bench/kernels/conv2d.ts [--tile 4x8] [--muladd] [name…]
import { type Expression, input, tanh } from "../../src/core/expression.ts";
import { Generator } from "../../src/core/generator.ts";
import type { KernelCall, Layout, WasmKernel } from "../../src/core/kernel.ts";
import { dataNode, type Node } from "../../src/core/node.ts";
import { numel } from "../../src/core/shape.ts";
import { convTranspose2d } from "../../src/ops/convolution/conv-transpose2d.ts";
import { conv2d, inputGradient } from "../../src/ops/convolution/conv2d.ts";
import { costs } from "../../src/ops/costs.ts";
import { wasmKernels } from "../../src/ops/wasm.ts";
import { channelsLastLayout, prepare, store, testTarget, wishedLayout } from "../../src/testing/run-kernel.ts";
import { peakMeter } from "./peak.ts";

const options = process.argv.slice(2);
const tileAt = options.indexOf("--tile");
const tile = tileAt < 0 ? [4, 8] : options[tileAt + 1]!.split("x").map(Number);
const target = testTarget([tile[0]!, tile[1]!], !options.includes("--muladd"));
const chosen = options.filter((each, at) => !each.startsWith("--") && (at === 0 || options[at - 1] !== "--tile"));

const generator = new Generator(1);
const leaf = (...shape: number[]) =>
  dataNode(
    new Float32Array(numel(shape)).map(() => generator.uniform() - 0.5),
    shape,
  );

/** A pixel shuffle of one channel that is only where the results are stored. */
function shuffled(scale: number): (node: Node) => Layout {
  return ({ shape: [batch, channels, height, width] }) => ({
    strides: [height! * width! * channels!, 0, width! * channels!, scale],
    channelOffsets: Array.from({ length: channels! }, (_, c) => Math.floor(c / scale) * width! * scale + (c % scale)),
    offset: 0,
    size: batch! * channels! * height! * width!,
  });
}

interface Case {
  readonly name: string;
  readonly make: () => Node;
  readonly layout?: (node: Node) => Layout;
  readonly epilogue?: Expression;
}
const forward = (
  n: number,
  ci: number,
  co: number,
  k: number,
  h: number,
  w: number,
  rest: object = {},
  layout?: Case["layout"],
): Case => ({
  name: `${ci}-${co} ${k}x${k} ${n}x${h}x${w}${layout ? " shuffled" : ""}${Object.entries(rest).map(([key, value]) => ` ${key} ${value}`)}`,
  make: () =>
    conv2d(leaf(n, ci, h, w), leaf(co, ci / ((rest as { groups?: number }).groups ?? 1), k, k), leaf(co), {
      padding: k >> 1,
      ...rest,
    }),
  ...(layout ? { layout } : {}),
});
/** The gradient with respect to the input of a forward case. */
const backward = (each: Case): Case => ({
  name: `${each.name}, input gradient`,
  make: () => {
    const node = each.make();
    return inputGradient(leaf(...node.shape), node.inputs[1]!, node.inputs[0]!.shape, node.attributes);
  },
});
const forwards = [
  forward(16, 64, 32, 3, 64, 64),
  forward(1, 1, 64, 5, 360, 640),
  forward(1, 64, 32, 3, 360, 640),
  forward(1, 32, 9, 3, 360, 640, {}, shuffled(3)),
  forward(16, 20, 64, 5, 28, 28, { padding: 0 }),
  forward(16, 64, 20, 5, 24, 24, { padding: 0 }),
  forward(64, 32, 64, 3, 14, 14),
  forward(8, 64, 64, 3, 56, 56),
];
const cases = [
  ...forwards,
  { ...forward(1, 1, 64, 5, 360, 640), name: "1-64 5x5 1x360x640 and tanh", epilogue: tanh(input(0)) },
  { ...forward(1, 64, 32, 3, 360, 640), name: "64-32 3x3 1x360x640 and tanh", epilogue: tanh(input(0)) },
  ...forwards.filter((each) => !each.layout && !each.name.startsWith("1-")).map(backward),
  forward(1, 3, 64, 7, 224, 224, { stride: 2 }),
  forward(1, 128, 256, 3, 28, 28, { stride: 2 }),
  backward(forward(1, 128, 256, 3, 28, 28, { stride: 2 })),
  forward(1, 512, 512, 3, 7, 7),
  forward(1, 96, 24, 1, 112, 112),
  forward(1, 96, 96, 3, 112, 112, { groups: 96 }),
  forward(1, 256, 256, 3, 14, 14, { groups: 32 }),
  {
    name: "64-32 4x4 1x64x64 transposed, stride 2",
    make: () => convTranspose2d(leaf(1, 64, 64, 64), leaf(64, 32, 4, 4), leaf(32), { stride: 2, padding: 1 }),
  },
];

/** Every kernel that may run a call, with fast numerics or exact ones. */
function kernelsOf(node: Node): WasmKernel[] {
  return wasmKernels.filter(
    (kernel) =>
      kernel.op === node.op &&
      [target, { ...target, numerics: "exact" as const }].some((each) =>
        kernel.accepts(node.inputs, node, node.attributes, each),
      ),
  );
}

/** A kernel that is ready to run, and the best time of each of its pieces. */
function contestant(kernel: WasmKernel, node: Node, { layout, epilogue }: Case) {
  const wishes = kernel.wishes(node.inputs, node, node.attributes);
  const call: KernelCall = {
    inputs: node.inputs,
    output: node,
    attributes: node.attributes,
    inputLayouts: node.inputs.map(({ shape }, which) => wishedLayout(shape, wishes.inputs[which]!)),
    outputLayout: layout?.(node) ?? channelsLastLayout(node.shape, { top: 1, left: 1, bottom: 1, right: 1 }),
    epilogue: epilogue ? { expression: epilogue, operands: [] } : null,
    target,
  };
  const buffers = node.inputs.map((each, which) =>
    store((each.source as { data: Float32Array }).data, each.shape, call.inputLayouts[which]!),
  );
  const plan = kernel.plan(call);
  const start = performance.now();
  const prepared = prepare(plan, call, buffers);
  prepared.run();
  const firstCall = performance.now() - start;
  return {
    name: kernel.name,
    pieces: prepared.pieces,
    firstCall,
    times: prepared.pieces.map(() => Number.POSITIVE_INFINITY),
  };
}

const peak = peakMeter(target);
console.log(`tile ${tile.join("x")}, ${target.fusedMultiplyAdd ? "fused" : "mul + add"}, Node ${process.version}`);
console.log("ms        GFLOP/s  peak   share  first call ms  pieces  case");
for (const each of cases) {
  if (chosen.length > 0 && !chosen.some((part) => each.name.includes(part))) continue;
  const node = each.make();
  const contestants = kernelsOf(node).map((kernel) => contestant(kernel, node, each));
  const { multiplications } = costs.get(node.op)!(node.inputs, node, node.attributes);
  // The machine is shared and its speed wanders: peak and kernels take turns, and the best of each piece counts.
  let top = 0;
  const until = performance.now() + 700 * contestants.length;
  for (let round = 0; round < 4 || performance.now() < until; round++) {
    for (const { pieces, times } of contestants) {
      for (const [index, piece] of pieces.entries()) {
        if (index % 16 === 0) top = Math.max(top, peak());
        const from = performance.now();
        piece();
        times[index] = Math.min(times[index]!, performance.now() - from);
      }
    }
  }
  for (const { name, times, firstCall } of contestants) {
    const best = times.reduce((a, b) => a + b, 0);
    // Counted as if each product were computed: Winograd's kernels exceed the peak.
    const rate = (2 * multiplications) / (best * 1e6);
    console.log(
      [
        best.toFixed(3).padEnd(9),
        rate.toFixed(1).padEnd(8),
        top.toFixed(1).padEnd(6),
        `${((100 * rate) / top).toFixed(0)} %`.padEnd(6),
        firstCall.toFixed(1).padEnd(14),
        String(times.length).padEnd(7),
        `${each.name}: ${name}`,
      ].join(" "),
    );
  }
}
