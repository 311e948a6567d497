import type { Call } from "../call.ts";

/** How windows lie along the spatial axes of [N, C, …]. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** No network has larger strides, dilations or pads; their products have to be exact. */
const mostStep = 2 ** 20;

/** kernel_shape, strides, dilations, pads and auto_pad, for inputs of these spatial sizes. @throws ArgumentError */
export function windowsOf(call: Call, sizes: readonly number[], kernel: readonly number[]): Windows {
  const rank = sizes.length;
  const perAxis = (name: string, fallback: number, least: number, count = rank): number[] => {
    const found = call.ints(name) ?? new Array<number>(count).fill(fallback);
    if (found.length !== count) call.fail(`needs ${name} of ${count} numbers, got [${found.join(", ")}]`);
    if (found.some((each) => each < least || each > mostStep))
      call.fail(`needs ${name} from ${least} to ${mostStep}, got [${found.join(", ")}]`);
    return found;
  };
  if (kernel.length !== rank) call.fail(`needs a kernel of ${rank} sizes, got [${kernel.join(", ")}]`);
  const stride = perAxis("strides", 1, 1);
  const dilation = perAxis("dilations", 1, 1);
  const pads = perAxis("pads", 0, -mostStep, 2 * rank);
  const autoPad = call.text("auto_pad", "NOTSET");
  const at = { kernel, stride, dilation };
  if (autoPad === "NOTSET") return padded(call, sizes, { ...at, begin: pads.slice(0, rank), end: pads.slice(rank) });
  const zeros = new Array<number>(rank).fill(0);
  if (autoPad === "VALID") return { ...at, begin: zeros, end: zeros };
  const totals = sizes.map((size, axis) => {
    const extent = (kernel[axis]! - 1) * dilation[axis]! + 1;
    return Math.max((Math.ceil(size / stride[axis]!) - 1) * stride[axis]! + extent - size, 0);
  });
  return padded(call, sizes, { ...at, ...sides(call, autoPad, totals) });
}

/** No device holds a larger plane. */
const mostPixels = 2 ** 31;

/** @throws ArgumentError where what is padded is larger than anything that could be run. */
function padded(call: Call, sizes: readonly number[], windows: Windows): Windows {
  const { begin, end } = windows;
  const count = sizes.reduce((product, size, axis) => product * (size + begin[axis]! + end[axis]!), 1);
  if (count > mostPixels)
    call.fail(`pads its input to ${count} pixels, above ${mostPixels}: pads begin [${begin}], end [${end}]`);
  return windows;
}

/** SAME_UPPER puts the odd row or column at the end, SAME_LOWER at the beginning. @throws ArgumentError */
export function sides(call: Call, autoPad: string, totals: readonly number[]): Pick<Windows, "begin" | "end"> {
  if (autoPad !== "SAME_UPPER" && autoPad !== "SAME_LOWER") call.fail(`auto_pad ${autoPad} is not known`);
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total, axis) => total - less[axis]!);
  return autoPad === "SAME_UPPER" ? { begin: less, end: more } : { begin: more, end: less };
}
