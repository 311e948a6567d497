import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import { type Gap, watchGaps } from "../core/gap.ts";
import { Generator } from "../core/generator.ts";
import { dataOp, Node, watchRecording } from "../core/node.ts";
import { numel, type Shape } from "../core/shape.ts";
import type { Module } from "../nn/index.ts";
import { thrownIn } from "../nn/locate-error.ts";
import { noGrad, Tensor, withGenerator } from "../tensor/index.ts";

/** A network of one input. Its outputs may be a tensor, or a list or record of tensors. */
export interface Network extends Module {
  forward(x: Tensor): unknown;
}

/** What one call of a network recorded. */
export interface Recording {
  readonly input: Node;
  readonly outputs: readonly Node[];
  /** Every node that an output depends on, inputs before users: a composition is one node. */
  readonly order: readonly Node[];
}

/** A recording that may have ended early: its outputs are then the last nodes that came to be. */
export interface PartialRecording extends Recording {
  /** What the network threw, null where nothing. */
  readonly error: unknown;
  /** What the network gave itself; empty where it threw. */
  readonly returned: readonly Node[];
  /** Calls that are not known, in order; none unless asked for. */
  readonly gaps: readonly Gap[];
}

/**
 * Records one call in evaluation mode: nothing is computed, no parameter is made, and neither the network nor the
 * random stream is changed. @throws ArgumentError for a shape that is none; ShapeError from the layer that it does not fit.
 */
export function recordNetwork(network: Network, inputShape: Shape): Recording {
  checkInputShape("summarize", inputShape);
  const recording = noGrad(() => recordCall(network, placeholder(inputShape)));
  if (recording.error !== null) throw recording.error;
  return recording;
}

/** As recordNetwork, but what the network throws, or what is not known of it, is told beside what it recorded. @throws ArgumentError for a shape that is none. */
export function recordPartially(network: Network, inputShape: Shape): PartialRecording {
  checkInputShape("summarize", inputShape);
  return noGrad(() => recordCall(network, placeholder(inputShape), true));
}

/** Records one call with this input, in evaluation mode; gradients pass. What the network throws is told beside it. */
export function recordCall(network: Network, x: Tensor, withGaps = false): PartialRecording {
  return inMode(network, false, () =>
    withGenerator(new Generator(0), () => {
      let outputs: readonly Node[] = [];
      let gaps: readonly Gap[] = [];
      const forward = () => {
        outputs = tensorsIn(network.forward(x)).map((each) => each.node);
      };
      const { nodes, error } = watchRecording(() => {
        if (withGaps) gaps = watchGaps(forward);
        else forward();
        if (outputs.length === 0 && gaps.length === 0) {
          throw new ArgumentError(`${network.constructor.name}: needs a forward that returns a tensor`);
        }
      });
      const returned = outputs;
      if (error !== null) outputs = lastOf(nodes);
      // What leads to a gap alone is used by no output.
      else if (gaps.length > 0) outputs = [...new Set([...outputs, ...lastOf(nodes)])];
      return {
        input: x.node,
        outputs,
        returned,
        gaps,
        order: recorded(outputs),
        error: error === null ? null : explained(network, error),
      };
    }),
  );
}

/** @throws ArgumentError for a shape that is none; `by`: what was called. */
export function checkInputShape(by: string, shape: Shape): void {
  if (shape.length > 0 && shape.every((size) => Number.isSafeInteger(size) && size >= 1)) return;
  throw new ArgumentError(
    `${by}: needs an input shape of whole numbers from 1, such as [1, 3, 224, 224], got [${shape.join(", ")}]`,
  );
}

/** What a network throws that is none of convsmith's errors is the fault of its own code. */
export function explained(network: Module, error: unknown): unknown {
  if (error instanceof ConvsmithError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const layer = (error instanceof Error && thrownIn.get(error)) || network.constructor.name;
  return new ConvsmithError(`${layer}: its forward threw ${message.trim().split("\n")[0]}`, {
    cause: error,
  });
}

/** Nodes that no other uses. */
function lastOf(nodes: readonly Node[]): Node[] {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return nodes.filter((node) => !used.has(node));
}

/** A tensor whose numbers are never read: they would be zeros. */
export function placeholder(shape: Shape): Tensor {
  const source = {
    kind: "data" as const,
    get data() {
      return new Float32Array(numel(shape));
    },
  };
  return new Tensor(new Node(dataOp, [], {}, shape, "float32", source));
}

/** Runs `body` with all modules in training or evaluation mode, and puts each back into its own. */
export function inMode<T>(network: Module, training: boolean, body: () => T): T {
  const modes = network.modules().map((module) => ({ module, training: module.training }));
  for (const { module } of modes) module.training = training && !module.frozen;
  try {
    return body();
  } finally {
    for (const { module, training } of modes) module.training = training;
  }
}

/** The tensors that a forward gave: one, or a list or record of them. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(tensorsIn);
}

const recordedInputs = (node: Node): readonly Node[] => node.inputs;

/** The graph above `roots` as it was recorded, every node once, inputs before users. */
export function recorded(
  roots: readonly Node[],
  inputsOf: (node: Node) => readonly Node[] = recordedInputs,
  known: ReadonlySet<Node> = new Set(),
): Node[] {
  const done = new Set<Node>(known);
  const order: Node[] = [];
  const stack = roots.toReversed().map((node) => ({ node, next: 0 }));
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (done.has(top.node)) {
      stack.pop();
      continue;
    }
    const inputs = inputsOf(top.node);
    if (top.next < inputs.length) {
      stack.push({ node: inputs[top.next++]!, next: 0 });
      continue;
    }
    done.add(top.node);
    order.push(top.node);
    stack.pop();
  }
  return order;
}
