import type { Node } from "../../src/core/node.ts";
import { dataNode, lower, record } from "../../src/core/node.ts";
import type { WasmDevice } from "../../src/devices/wasm/device.ts";
import type { PreparedPlan, PreparedStep } from "../../src/devices/wasm/prepared.ts";
import { planGraph } from "../../src/engine/plan-graph.ts";
import { directFlops } from "./network.ts";
import { cpuMilliseconds } from "./others.ts";

const roles = new Map([
  ["conv2d", "forward"],
  ["convTranspose2d", "input gradient"],
  ["conv2dWeightGradient", "weight gradient"],
]);

/** A convolution of a network, to be run alone. */
export interface Convolution {
  readonly name: string;
  readonly flops: number;
  readonly node: Node;
}

/** The convolutions among the nodes of a graph, forward and gradients, each shape once. */
export function convolutionsOf(nodes: readonly Node[]): Convolution[] {
  const found = new Map<string, Convolution>();
  for (const node of nodes) {
    const role = roles.get(node.op.name);
    if (!role) continue;
    // The plan is bound to memory of its own: these numbers are never read.
    const inputs = node.inputs.map(({ shape }) => dataNode(new Float32Array(0), shape));
    const alone = record(node.op, inputs, node.attributes);
    const convolution = { name: describe(role, node), flops: directFlops([alone]), node: alone };
    if (!found.has(convolution.name)) found.set(convolution.name, convolution);
  }
  return [...found.values()];
}

/** In terms of the forward convolution: 64→32 3x3, 16x64x64 is batch 16 and a picture of 64 by 64. */
function describe(role: string, { op, inputs, shape, attributes }: Node): string {
  const [first, second] = inputs.map((each) => each.shape) as [number[], number[]];
  const picture = op.name === "convTranspose2d" ? shape : first;
  const weight = op.name === "conv2dWeightGradient" ? shape : second;
  const [batch, channels, height, width] = picture as number[];
  const options = attributes as { stride?: readonly number[]; groups?: number };
  const stride = options.stride?.some((each) => each > 1) ? `, stride ${options.stride.join("x")}` : "";
  const groups = (options.groups ?? 1) > 1 ? `, groups ${options.groups}` : "";
  return `${channels}→${weight[0]} ${weight[2]}x${weight[3]}${stride}${groups}, ${batch}x${height}x${width}, ${role}`;
}

/** A convolution's plan on a device, in memory of its own. */
export class PreparedConvolution {
  readonly #device: WasmDevice;
  readonly #steps: readonly PreparedStep[];

  constructor(device: WasmDevice, { node }: Convolution) {
    this.#device = device;
    const output = lower(node);
    const graph = planGraph({
      order: [...output.inputs, output],
      inputs: [...output.inputs.map(() => []), output.inputs.map((_, at) => at)],
      outputs: [output],
      writes: [],
    });
    const prepared = device.plan(graph);
    this.#steps = prepared.steps;
    fill(device, prepared);
  }

  /**
   * Milliseconds of the convolution's own steps, and of those that only convert layouts at the plan's edges; `processor`:
   * processor time of its own steps, over all threads.
   */
  run(): { own: number; edges: number; processor: number } {
    const result = { own: 0, edges: 0, processor: 0 };
    for (const step of this.#steps) {
      const used = cpuMilliseconds();
      const start = performance.now();
      this.#device.pool.run(step.kernel.id, step.kernel.run, step.address, step.pieces);
      const time = performance.now() - start;
      if (/^(layout|border|copy|write)\b/.test(step.label)) result.edges += time;
      else {
        result.own += time;
        result.processor += cpuMilliseconds() - used;
      }
    }
    return result;
  }
}

/** Zeros would do for the time, but for processors that are faster on them: small numbers of both signs. */
function fill(device: WasmDevice, prepared: PreparedPlan): void {
  const { address, bytes } = device.memory.allocate(prepared.plan.arenaBytes);
  const floats = device.memory.floats.subarray(address >> 2, (address + bytes) >> 2);
  for (let at = 0; at < floats.length; at++) floats[at] = ((at * 7919) % 1000) / 1000 - 0.5;
  prepared.bind(address, []);
}
