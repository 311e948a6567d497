import type { Epilogue, Layout, Target } from "../../../core/kernel.ts";
import type { Pair } from "../geometry.ts";

/**
 * A convolution as the direct kernel sees it: output pixel (y, x) reads tap (ky, kx) at the input pixel
 * `first + (y, x) · stride + (ky, kx) · dilation`. Transposed convolutions become one or several of these.
 */
export interface DirectProblem {
  readonly batch: number;
  /** Of the input, all groups together: the distance of its pixels. */
  readonly channels: number;
  readonly outputs: number;
  readonly groups: number;
  /** Rows and columns of taps; a phase of a transposed convolution may have none. */
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly first: Pair;
  readonly inputHeight: number;
  readonly outputSize: Pair;
  readonly bias: boolean;
  readonly input: Layout;
  readonly output: Layout;
  readonly weights: WeightView;
  readonly epilogue: Epilogue | null;
  readonly target: Target;
}

/** Where weight (group, output, input, ky, kx) lies in its buffer, in elements; output and input are counted in the group. */
export interface WeightView {
  readonly offset: number;
  readonly group: number;
  readonly output: number;
  readonly input: number;
  readonly y: number;
  readonly x: number;
}

/** `count` neighbouring panels of `vectors` · 4 output channels each, of which the first `lanes` are there. */
export interface PanelClass {
  readonly vectors: number;
  readonly lanes: number;
  readonly count: number;
  /** Largest number of output pixels in a tile. */
  readonly rows: number;
  /** One to three channels left over, each summed over vectors of four input channels: no lane is empty. */
  readonly dot: boolean;
}

/** How the output channels are cut into panels: the same for each group. */
export interface Panels {
  /** One input channel for each output channel: panels run over channels, and the input is read as vectors. */
  readonly depthwise: boolean;
  /** 1 if depthwise. */
  readonly groups: number;
  readonly outputsPerGroup: number;
  readonly inputsPerGroup: number;
  /** Inputs and taps that are summed. */
  readonly terms: number;
  readonly classes: readonly PanelClass[];
  readonly panelsPerGroup: number;
  /** Vectors of bias before a panel's weights, per vector of the panel. */
  readonly head: 0 | 1;
}

export function panelsOf({ channels, outputs, groups, kernel, bias, target }: DirectProblem): Panels {
  const depthwise = groups > 1 && groups === channels && groups === outputs;
  const outputsPerGroup = depthwise ? outputs : outputs / groups;
  const inputsPerGroup = channels / groups;
  // By shape alone: it sets the order of the sum.
  const left = depthwise || inputsPerGroup % 4 !== 0 ? 0 : outputsPerGroup % 4;
  const widths = panelWidths(Math.ceil((outputsPerGroup - left) / 4), target, depthwise);
  const classes: PanelClass[] = [];
  let rest = outputsPerGroup - left;
  for (const vectors of widths) {
    const lanes = Math.min(rest, vectors * 4);
    rest -= lanes;
    const last = classes[classes.length - 1];
    if (last?.vectors === vectors && last.lanes === lanes) {
      classes[classes.length - 1] = { ...last, count: last.count + 1 };
    } else classes.push({ vectors, lanes, count: 1, rows: tileRows(vectors, target, depthwise), dot: false });
  }
  if (left > 0) classes.push({ vectors: 1, lanes: left, count: 1, rows: tileRows(left, target, false), dot: true });
  return {
    depthwise,
    groups: depthwise ? 1 : groups,
    outputsPerGroup,
    inputsPerGroup,
    terms: inputsPerGroup * kernel[0] * kernel[1],
    classes,
    panelsPerGroup: widths.length + Math.sign(left),
    head: bias ? 1 : 0,
  };
}

/** Bytes of one packed panel: bias, then taps · inputs rows of its width. */
export const panelBytes = ({ head, terms }: Panels, { vectors, lanes, dot }: PanelClass): number =>
  head * vectors * 16 + terms * (dot ? lanes * 4 : vectors * 16);

/** Bytes of all packed panels of a group. */
export const groupBytes = (panels: Panels): number =>
  panels.classes.reduce((total, each) => total + each.count * panelBytes(panels, each), 0);

/**
 * Registers that a tile needs, of 15: accumulators, a panel row, and the splats. The probe's best tile tells whether
 * this machine's compiler holds all splats at once (then 6x8 is too large for it) or one.
 */
function fits(rows: number, vectors: number, { tile, fusedMultiplyAdd }: Target, depthwise: boolean): boolean {
  const best = tile[1] / 4;
  const hoists = tile[0] * best + tile[0] + best <= 15;
  // 256-bit registers hold two vectors each.
  const wide = tile[1] >= 16 && vectors % 2 === 0 ? 2 : 1;
  const columns = vectors / wide;
  const reads = depthwise ? rows * columns : rows;
  return rows * columns + columns + (hoists ? reads : 1) + (fusedMultiplyAdd ? 0 : 1) <= 15;
}

export function tileRows(vectors: number, target: Target, depthwise: boolean): number {
  let rows = 1;
  while (rows < 8 && fits(rows + 1, vectors, target, depthwise)) rows++;
  return rows;
}

/** Cuts `vectors` into panels so that their tiles do the least work: each panel row costs its loads and its multiply-adds. */
function panelWidths(vectors: number, target: Target, depthwise: boolean): number[] {
  const widest = Math.max(3, target.tile[1] / 4);
  const cost = (width: number) => {
    const rows = tileRows(width, target, depthwise);
    // A tile's step takes its multiply-adds, or four cycles of latency for up to eight of them, and its loads half.
    return (Math.max(8, rows * width) + 0.5 * (rows + width) + (width * 4 === target.tile[1] ? -0.5 : 0)) / rows;
  };
  const best: { cost: number; widths: number[] }[] = [{ cost: 0, widths: [] }];
  // Far from the end only the cheapest width for its columns matters: the table stays small.
  const favourite = Array.from({ length: widest }, (_, at) => at + 1).reduce((a, b) =>
    cost(b) / b < cost(a) / a ? b : a,
  );
  const tail = vectors > 24 ? vectors - favourite * Math.floor((vectors - 12) / favourite) : vectors;
  for (let total = 1; total <= tail; total++) {
    let found = { cost: Number.POSITIVE_INFINITY, widths: [] as number[] };
    for (let width = Math.min(widest, total); width >= 1; width--) {
      const before = best[total - width]!;
      if (before.cost + cost(width) < found.cost) {
        found = { cost: before.cost + cost(width), widths: [...before.widths, width] };
      }
    }
    best.push(found);
  }
  const front = new Array<number>((vectors - tail) / favourite).fill(favourite);
  // Wide panels first: only the last may be partly empty, and classes stay few.
  return [...front, ...best[tail]!.widths].sort((a, b) => b - a);
}
