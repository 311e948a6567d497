import type { Node } from "../../core/node.ts";
import type { Module } from "../../nn/index.ts";
import type { ConvolutionAttributes } from "../../ops/convolution/geometry.ts";
import type { Network, Recording } from "../recording.ts";
import { recorded } from "../recording.ts";

/** A layer with a square window that a node depends on; its calls, where it is shared. */
export interface WindowLayer {
  readonly path: string;
  readonly kind: "conv" | "pool";
  readonly nodes: readonly Node[];
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** The convolutions and poolings in front of a node, in the order in which they were recorded. */
export function windowLayers(network: Network, { order }: Recording, target: Node): WindowLayer[] {
  const paths = pathsOf(network);
  const before = new Set(recorded([target]));
  const layers = new Map<unknown, WindowLayer>();
  for (const node of order) {
    const window = before.has(node) ? windowOf(node) : null;
    if (!window) continue;
    // A layer that is called in forward without a module stands for itself.
    const owner = node.scope && paths.get(node.scope.module);
    const known = owner?.leaf ? layers.get(node.scope!.module) : undefined;
    const key = owner?.leaf ? node.scope!.module : node;
    const path = owner ? owner.path || node.op.name : node.op.name;
    layers.set(key, { ...window, path, nodes: [...(known?.nodes ?? []), node] });
  }
  return [...layers.values()];
}

function windowOf(node: Node): Pick<WindowLayer, "kind" | "kernel" | "stride" | "dilation"> | null {
  const { name } = node.op;
  const attributes = node.attributes as Partial<ConvolutionAttributes> & { kernelSize?: readonly number[] };
  const kernels = name === "conv2d" ? node.inputs[1]!.shape.slice(2) : attributes.kernelSize;
  if (!/^(conv2d|maxPool2d|avgPool2d)$/.test(name) || !kernels) return null;
  const pairs = [kernels, attributes.stride!, attributes.dilation ?? [1, 1]];
  if (pairs.some(([height, width]) => height !== width)) return null;
  const [kernel, stride, dilation] = pairs.map(([size]) => size!);
  return { kind: name === "conv2d" ? "conv" : "pool", kernel: kernel!, stride: stride!, dilation: dilation! };
}

interface Owner {
  readonly path: string;
  /** It holds no other module: its ops are its own. */
  readonly leaf: boolean;
}

function pathsOf(network: Network): Map<object, Owner> {
  const modules: Iterable<[string, Module]> = network.namedModules();
  return new Map([...modules].map(([path, module]) => [module, { path, leaf: module.children().length === 0 }]));
}

/** The last node that a module, or one inside it, recorded. */
export function lastNodeOf(module: object, { order }: Recording): Node | undefined {
  const inside = (node: Node) => {
    for (let { scope } = node; scope; scope = scope.outer) if (scope.module === module) return true;
    return false;
  };
  return order.filter(({ op }) => op.kind !== "leaf").findLast(inside);
}
