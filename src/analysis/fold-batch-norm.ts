import type { Node } from "../core/node.ts";
import type { Shape } from "../core/shape.ts";
import * as nn from "../nn/index.ts";
import { noGrad, ones, Parameter, type Tensor, zeros } from "../tensor/index.ts";
import { type Network, type Recording, recordNetwork } from "./recording.ts";

/** What foldBatchNorm() did, by path. */
export interface FoldReport {
  readonly folded: readonly { readonly convolution: string; readonly norm: string }[];
  /** Batch norms that stay, each with why: "follows cat, not a convolution". */
  readonly kept: readonly { readonly norm: string; readonly reason: string }[];
}

type Convolution = nn.Conv2d | nn.ConvTranspose2d;

/**
 * Folds every batch norm by running statistics into the convolution before it, in place: weight · s and
 * (bias - mean) · s + bias of the norm with s = weight of the norm / √(variance + eps), per output channel. The
 * convolution gets a bias, nn.Identity takes the norm's place, and its state_dict keys go away. In evaluation the outputs
 * stay the same; a folded network is not one to train further. The pairs come from the graph recorded for an input of
 * this shape: the norm has to be all that uses the convolution. The new numbers are made when they are first read, so
 * that analysis makes none.
 * @throws ShapeError that names the layer which the input does not fit.
 * @example
 * import { nn } from "convsmith";
 * import { foldBatchNorm } from "convsmith/analysis";
 * const net = new nn.Sequential(new nn.Conv2d(3, 8, 3, { bias: false }), new nn.BatchNorm2d(8), new nn.ReLU());
 * console.log(foldBatchNorm(net, [1, 3, 32, 32]).folded); // [{ convolution: "0", norm: "1" }]
 * console.log([...net.stateDict().keys()]); // ["0.weight", "0.bias"]
 */
export function foldBatchNorm(network: Network, inputShape: Shape): FoldReport {
  const graph = new Uses(network, recordNetwork(network, inputShape));
  const paths = new Map([...network.namedModules()].map(([path, module]) => [module, path]));
  const folded: { convolution: string; norm: string }[] = [];
  const kept: { norm: string; reason: string }[] = [];
  const gone = new Map<nn.Module, nn.Module>();
  for (const [norm, path] of paths) {
    if (!(norm instanceof nn.BatchNorm2d)) continue;
    const found = pairOf(norm, graph, paths);
    if (typeof found === "string") {
      kept.push({ norm: path, reason: found });
      continue;
    }
    fold(found, norm);
    gone.set(norm, new nn.Identity());
    folded.push({ convolution: paths.get(found)!, norm: path });
  }
  for (const module of network.modules()) {
    for (const [name, child] of module.namedChildren()) {
      const instead = gone.get(child);
      if (instead) Object.assign(module, { [name]: instead });
    }
  }
  return { folded, kept };
}

/** The convolution that a norm can be folded into, or why there is none. */
function pairOf(norm: nn.BatchNorm2d, graph: Uses, paths: ReadonlyMap<nn.Module, string>): Convolution | string {
  const nodes = graph.recordedIn(norm);
  const [node] = nodes;
  if (!node) return "is not called in evaluation";
  if (paths.get(norm) === "") return "is the network itself";
  if (nodes.length > 1)
    return nodes.every(({ op }) => op === node.op) ? "is called more than once" : "does more than normalise";
  if (!norm.running_mean) return "has no running statistics";
  const source = node.inputs[0]!;
  const convolution = source.scope?.module;
  if (!(convolution instanceof nn.Conv2d || convolution instanceof nn.ConvTranspose2d)) {
    return `follows ${source.op.kind === "leaf" ? "the input" : source.op.name}, not a convolution`;
  }
  const name = paths.get(convolution);
  const own = graph.recordedIn(convolution);
  if (own.length > 1)
    return own.every(({ op }) => op === source.op)
      ? `${name} is called more than once`
      : `${name} does more than convolve`;
  if (graph.usesOf(source) > 1) return `the output of ${name} is used elsewhere too`;
  const parameters = [convolution.weight, convolution.bias].filter((each) => each !== null);
  const read = source.inputs.slice(1);
  const plain = parameters.length === read.length && parameters.every(({ node }, at) => node === read[at]);
  if (!plain) return `${name} computes its weight`;
  if (parameters.some((each) => graph.isShared(each))) return `the weights of ${name} are shared`;
  return convolution;
}

/** Who records and uses what in a recording. */
class Uses {
  readonly #byModule = new Map<object, Node[]>();
  readonly #uses = new Map<Node, number>();
  readonly #holders = new Map<unknown, number>();

  constructor(network: Network, { order, outputs }: Recording) {
    const use = (node: Node) => this.#uses.set(node, this.usesOf(node) + 1);
    outputs.forEach(use);
    for (const node of order) {
      node.inputs.forEach(use);
      if (node.op.kind === "leaf") continue;
      for (let { scope } = node; scope; scope = scope.outer) {
        const nodes = this.#byModule.get(scope.module);
        if (nodes) nodes.push(node);
        else this.#byModule.set(scope.module, [node]);
      }
    }
    for (const value of network.modules().flatMap((module) => Object.values(module))) {
      if (value instanceof Parameter) this.#holders.set(value, (this.#holders.get(value) ?? 0) + 1);
    }
  }

  /** By the module and all inside it. */
  recordedIn(module: nn.Module): readonly Node[] {
    return this.#byModule.get(module) ?? [];
  }

  /** How many inputs of nodes, and outputs of the network, a node is. */
  usesOf(node: Node): number {
    return this.#uses.get(node) ?? 0;
  }

  isShared(parameter: Parameter): boolean {
    return this.usesOf(parameter.node) > 1 || (this.#holders.get(parameter) ?? 0) > 1;
  }
}

function fold(convolution: Convolution, norm: nn.BatchNorm2d): void {
  const { weight, bias, outChannels } = convolution;
  noGrad(() => {
    const shape = [outChannels];
    const scale = (norm.weight ?? ones(shape)).div(norm.running_var!.add(norm.eps).sqrt());
    const shifted = (bias ?? zeros(shape)).sub(norm.running_mean!).mul(scale);
    const target = bias ?? new Parameter(shape, nn.init.zeros(shape), "bias");
    target.requiresGrad = weight.requiresGrad;
    target.set(norm.bias ? shifted.add(norm.bias) : shifted);
    weight.set(scaled(convolution, scale));
    convolution.bias = target;
  });
}

/** The weight times `scale`, [Co]. */
function scaled(convolution: Convolution, scale: Tensor): Tensor {
  const { weight, outChannels, inChannels, kernelSize, options } = convolution;
  if (convolution instanceof nn.Conv2d) return weight.mul(scale.reshape(outChannels, 1, 1, 1));
  // [Ci, Co/groups, kh, kw]: input channels are in groups, output channels are those of each group.
  const { groups = 1 } = options;
  const outputs = outChannels / groups;
  const grouped = weight.reshape(groups, inChannels / groups, outputs, ...kernelSize);
  return grouped.mul(scale.reshape(groups, 1, outputs, 1, 1)).reshape(weight.shape);
}
