import { topological } from "../../src/core/graph.ts";
import type { Node } from "../../src/core/node.ts";
import { grad, manualSeed, type Tensor, tensor, zeros } from "../../src/index.ts";
import { createModel } from "../../src/models/index.ts";
import * as nn from "../../src/nn/index.ts";
import { costs, sumsProducts } from "../../src/ops/costs.ts";
import type { LayerSpec, Workload } from "./workload.ts";

/** convsmith's network for a workload, as it is used there: in training or in inference mode; the same seed gives the same weights. */
export function buildNetwork({ network, kind }: Workload): nn.Layer {
  manualSeed(0);
  const built = typeof network === "string" ? createModel(network).network : sequence(network);
  return kind === "forward" ? built.eval() : built;
}

function sequence(layers: readonly LayerSpec[]): nn.Sequential {
  const classes = nn as unknown as Record<string, new (...rest: LayerSpec[1][]) => nn.Layer>;
  return new nn.Sequential(
    ...layers.map(([name, ...rest]) => {
      const Layer = classes[name];
      if (!Layer) throw new Error(`there is no layer ${name}`);
      return new Layer(...rest);
    }),
  );
}

export function lossOf(workload: Workload): (output: Tensor, target: Tensor) => Tensor {
  const loss = workload.loss === "CrossEntropyLoss" ? new nn.CrossEntropyLoss() : new nn.MSELoss();
  return (output, target) => loss.forward(output, target);
}

/** Every node that a workload computes, Adam's step left out; nothing is computed here. */
export function workloadGraph(workload: Workload): Node[] {
  const network = buildNetwork(workload);
  const output = network.forward(zeros(workload.input));
  if (workload.kind === "forward") return topological([output.node]);
  const target =
    workload.loss === "CrossEntropyLoss"
      ? tensor(new Int32Array(output.shape[0]!), [output.shape[0]!])
      : zeros(output.shape);
  const loss = lossOf(workload)(output, target);
  const gradients = grad(loss, network.parameters()).flatMap((each) => (each ? [each.node] : []));
  return topological([loss.node, ...gradients]);
}

/** Two for each product that is summed by the direct formula, whatever an engine saves: convolutions and matrix products are what counts. */
export function directFlops(nodes: readonly Node[]): number {
  return nodes.reduce((sum, { op, inputs, attributes, ...node }) => {
    const counts = sumsProducts.has(op);
    return counts ? sum + 2 * costs.get(op)!(inputs, node, attributes).multiplications : sum;
  }, 0);
}
