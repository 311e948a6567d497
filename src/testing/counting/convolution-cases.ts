import type { Node } from "../../core/node.ts";
import type { Case, Draw } from "./draw.ts";

type Sides = [top: number, left: number, bottom: number, right: number];
type Pair = [number, number];

/** Options of all convolutions, and sizes into which the kernel fits. Padding may crop, as it does in gradients. */
function drawGeometry(draw: Draw) {
  const groups = draw.whole(1, 2);
  const kernel = draw.pair(1, 3);
  const geometry = {
    stride: draw.pair(1, 3) as Pair,
    padding: [...draw.pair(-1, 3), ...draw.pair(-1, 3)] as Sides,
    dilation: draw.pair(1, 2) as Pair,
    groups,
  };
  const { padding, dilation } = geometry;
  const size = ([0, 1] as const).map((axis) => {
    const room = dilation[axis] * (kernel[axis] - 1) + 1 - padding[axis] - padding[axis + 2]!;
    return Math.max(1, room) + draw.whole(0, 4);
  });
  return { groups, kernel, geometry, input: [draw.whole(0, 2), groups * draw.whole(1, 2), ...size] };
}

const cropping = (sides: Sides) => sides.map((size) => Math.min(0, size)) as Sides;

const conv2d: Case = (draw) => {
  const { groups, kernel, geometry, input } = drawGeometry(draw);
  const { ops } = draw.lib;
  const outputs = groups * draw.whole(1, 2);
  const x = draw.leaf(input);
  const weight = draw.leaf([outputs, input[1]! / groups, ...kernel]);
  const bias = draw.one([true, false]) ? draw.leaf([outputs], { bias: true }) : null;
  const { padding } = geometry;
  const around = draw.surrounded(x, padding);
  return {
    node: ops.recordConv2d(x, weight, bias, geometry),
    nominal: ops.recordConv2d(around, weight, bias, { ...geometry, padding: cropping(padding) }),
  };
};

const conv2dWeightGradient: Case = (draw) => {
  const { groups, kernel, geometry, input } = drawGeometry(draw);
  const { ops } = draw.lib;
  const outputs = groups * draw.whole(1, 2);
  const x = draw.leaf(input);
  const { shape } = ops.recordConv2d(x, draw.leaf([outputs, input[1]! / groups, ...kernel]), null, geometry);
  const grad = draw.leaf(shape);
  const { padding } = geometry;
  const around = draw.surrounded(x, padding);
  return {
    node: ops.recordWeightGradient(x, grad, kernel, geometry),
    nominal: ops.recordWeightGradient(around, grad, kernel, { ...geometry, padding: cropping(padding) }),
  };
};

const convTranspose2d: Case = (draw) => {
  const { groups, kernel, geometry, input } = drawGeometry(draw);
  const { ops } = draw.lib;
  const { stride, padding, dilation } = geometry;
  const output_padding = draw.pair(0, 2) as Pair;
  const size = ([0, 1] as const).map((axis) => {
    const before = Math.max(0, padding[axis]);
    const needed = Math.max(before, 1 + before + Math.max(0, padding[axis + 2]!) - output_padding[axis]);
    const taps = dilation[axis] * (kernel[axis] - 1) + 1;
    return 1 + Math.max(0, Math.ceil((needed - taps) / stride[axis])) + draw.whole(0, 2);
  });
  const x = draw.leaf([input[0]!, input[1]!, ...size]);
  const perGroup = draw.whole(1, 2);
  const weight = draw.leaf([input[1]!, perGroup, ...kernel]);
  const bias = draw.one([true, false]) ? draw.leaf([perGroup * groups], { bias: true }) : null;
  const node = ops.recordConvTranspose2d(x, weight, bias, { ...geometry, output_padding });
  const uncropped = { ...geometry, padding: [0, 0, 0, 0] as const, output_padding: [0, 0] as const };
  const full = ops.recordConvTranspose2d(x, weight, null, uncropped);
  return { node, nominal: cropped(draw, full, node, padding), sameNumbers: bias === null };
};

function cropped({ lib }: Draw, full: Node, { shape }: Node, [top, left]: Sides): Node {
  const after = [top, left].map((size, axis) => shape[axis + 2]! - full.shape[axis + 2]! + size);
  return lib.ops.constantPad(full, [0, 0, -top, -left], [0, 0, ...after], 0);
}

const matmul: Case = (draw) => {
  const lead = draw.shape(draw.whole(0, 2));
  const [m, n, k] = [draw.whole(0, 3), draw.whole(1, 3), draw.whole(0, 4)];
  const [transposeA, transposeB] = [draw.one([true, false]), draw.one([true, false])];
  const other = lead.map((size) => draw.one([1, size])).slice(draw.whole(0, lead.length));
  const a = draw.leaf([...lead, ...(transposeA ? [k, m] : [m, k])]);
  const b = draw.leaf([...other, ...(transposeB ? [n, k] : [k, n])]);
  const bias = draw.one([true, false]) ? draw.leaf([n], { bias: true }) : null;
  return { node: draw.lib.ops.matmul(a, b, { transposeA, transposeB, bias }) };
};

const linear: Case = (draw) => {
  const [inputs, outputs] = [draw.whole(1, 5), draw.whole(1, 4)];
  const x = draw.leaf([...draw.shape(draw.whole(0, 2)), inputs]);
  const bias = draw.one([true, false]) ? draw.leaf([outputs], { bias: true }) : null;
  return { node: draw.lib.ops.linear(x, draw.leaf([outputs, inputs]), bias) };
};

export const convolutionCases: Readonly<Record<string, Case>> = {
  conv2d,
  conv2dWeightGradient,
  convTranspose2d,
  matmul,
  linear,
};
