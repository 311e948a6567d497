import { type Node, record } from "../../core/node.ts";
import type { ConvolutionAttributes } from "../../ops/convolution/geometry.ts";
import { conv2dOp, recordConv2d } from "../../ops/index.ts";
import { placeholder, type Recording, recorded } from "../recording.ts";

/** Records a node again, over inputs that may have changed. */
export type Edit = (node: Node, inputs: readonly Node[]) => Node;

/** A recording with some nodes recorded in another way, and what each of its nodes became. @throws ShapeError where they no longer fit. */
export function rewritten(
  { input, outputs, order }: Recording,
  edits: ReadonlyMap<Node, Edit>,
): { readonly recording: Recording; readonly of: (node: Node) => Node } {
  const now = new Map<Node, Node>();
  const changed = new Set<Node>();
  const of = (node: Node) => now.get(node) ?? node;
  for (const node of order) {
    const edit = edits.get(node);
    if (!edit && !node.inputs.some((each) => changed.has(of(each)))) continue;
    const result = (edit ?? again)(node, node.inputs.map(of));
    now.set(node, result);
    changed.add(result);
  }
  const results = outputs.map(of);
  return { recording: { input, outputs: results, order: recorded(results) }, of };
}

const again: Edit = ({ op, attributes }, inputs) => record(op, inputs, attributes);

/** A convolution of another kernel and dilation, padded so that the size of its output stays. */
export function reshapedConv(kernel: number, dilation: number): Edit {
  return (node, [input, weight, bias]) => {
    const attributes = node.attributes as ConvolutionAttributes;
    const [outputs, perGroup, ...sides] = weight!.shape as [number, number, number, number];
    const [rows, columns] = sides.map(
      (size, axis) => dilation * (kernel - 1) - attributes.dilation[axis]! * (size - 1),
    );
    const [top, left, bottom, right] = attributes.padding;
    return recordConv2d(input!, leaf([outputs, perGroup, kernel, kernel]), bias ?? null, {
      ...attributes,
      dilation: [dilation, dilation],
      padding: [top + rows! / 2, left + columns! / 2, bottom + rows! / 2, right + columns! / 2],
    });
  };
}

/** A pooling of another kernel, padded so that the size of its output stays. */
export function resizedPool(kernel: number): Edit {
  return (node, inputs) => {
    const { kernelSize, padding } = node.attributes as { kernelSize: readonly number[]; padding: readonly number[] };
    const more = padding.map((each, axis) => each + (kernel - kernelSize[axis]!) / 2);
    return record(node.op, inputs, { ...node.attributes, kernelSize: [kernel, kernel], padding: more });
  };
}

/** `count` convolutions more behind a node, which keep its channels and size. */
export function convsBehind(count: number, kernel: number, groups: number): Edit {
  return (node, inputs) => {
    let result = again(node, inputs);
    const channels = node.shape[1]!;
    const padding = (kernel - 1) / 2;
    for (let at = 0; at < count; at++) {
      result = record(conv2dOp, [result, leaf([channels, channels / groups, kernel, kernel]), leaf([channels])], {
        ...{ stride: [1, 1], dilation: [1, 1], padding: [padding, padding, padding, padding], groups },
      });
    }
    return result;
  };
}

const leaf = (shape: readonly number[]) => placeholder(shape).node;
