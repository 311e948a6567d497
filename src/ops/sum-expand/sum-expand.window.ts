import type { WindowRule } from "../../core/op.ts";

export const expandWindow: WindowRule = (index, axis, _which, [x], output, attributes) => {
  const axes = attributes.axes as readonly number[];
  const from = axes[output.shape.length - 2 + axis] ?? -1;
  if (from < 0 || x!.shape[from] === 1) return [0, 0];
  return from === x!.shape.length - 2 + axis ? [index, index] : null;
};

/** A reduced axis depends on the whole input axis; any other on the same index. */
export const reductionWindow: WindowRule = (index, axis, _which, [x], _output, attributes) => {
  const rank = x!.shape.length;
  const dims = attributes.dim as readonly number[];
  const vanished = attributes.keepdim ? 0 : dims.filter((dim) => dim >= rank - 2).length;
  return dims.includes(rank - 2 + axis) || vanished > 0 ? null : [index, index];
};
