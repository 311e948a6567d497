import { hoistsLoads } from "../../../codegen/wasm/tiles.ts";
import type { Epilogue, Layout, Target } from "../../../core/kernel.ts";
import type { Pair } from "../geometry.ts";
import { depthwiseStep, panelWidths, type StepShape, splatStep, tileRows } from "./tiles.ts";

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
  /** Pixels from one row of the output to the next, where the problem's rows run over several of them. */
  readonly line?: number;
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
  /** Depthwise: a step is a whole kernel row, so that neighbouring pixels share what they read. */
  readonly wholeRows: boolean;
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

export function panelsOf(problem: DirectProblem): Panels {
  const { channels, outputs, groups, kernel, stride, dilation, bias, target } = problem;
  const depthwise = groups > 1 && groups === channels && groups === outputs;
  const outputsPerGroup = depthwise ? outputs : outputs / groups;
  const inputsPerGroup = channels / groups;
  // By shape alone: it sets the order of the sum.
  const left = depthwise || inputsPerGroup % 4 !== 0 ? 0 : outputsPerGroup % 4;
  const shortRows = dilation[1] === 1 && (kernel[1] === 2 || kernel[1] === 3);
  const wholeRows = depthwise && shortRows && !hoistsLoads(target);
  const step = depthwise ? depthwiseStep(wholeRows ? kernel[1] : 1, stride[1]) : splatStep;
  const classes = panelClasses(outputsPerGroup - left, target, step);
  if (left > 0) classes.push({ vectors: 1, lanes: left, count: 1, rows: tileRows(left, target, splatStep), dot: true });
  return {
    depthwise,
    wholeRows,
    groups: depthwise ? 1 : groups,
    outputsPerGroup,
    inputsPerGroup,
    terms: inputsPerGroup * kernel[0] * kernel[1],
    classes,
    panelsPerGroup: panelCount(classes),
    head: bias ? 1 : 0,
  };
}

/** Panels for so many output channels, as wide as is cheapest: only the last may be partly empty. */
export function panelClasses(outputs: number, target: Target, step: StepShape): PanelClass[] {
  const classes: PanelClass[] = [];
  let rest = outputs;
  for (const vectors of panelWidths(Math.ceil(outputs / 4), target, step)) {
    const lanes = Math.min(rest, vectors * 4);
    rest -= lanes;
    const last = classes.at(-1);
    if (last?.lanes === lanes) classes[classes.length - 1] = { ...last, count: last.count + 1 };
    else classes.push({ vectors, lanes, count: 1, rows: tileRows(vectors, target, step), dot: false });
  }
  return classes;
}

export const panelCount = (classes: readonly PanelClass[]): number =>
  classes.reduce((sum, { count }) => sum + count, 0);

/** Bytes of one packed panel: bias, then taps · inputs rows of its width. */
export const panelBytes = ({ head, terms }: Panels, { vectors, lanes, dot }: PanelClass): number =>
  head * vectors * 16 + terms * (dot ? lanes * 4 : vectors * 16);

/** Bytes of all packed panels of a group. */
export const groupBytes = (panels: Panels): number =>
  panels.classes.reduce((total, each) => total + each.count * panelBytes(panels, each), 0);
