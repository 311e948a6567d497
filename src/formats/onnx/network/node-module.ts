import { ConvsmithError, oneLine } from "../../../core/errors.ts";
import { noteGap } from "../../../core/gap.ts";
import { Module } from "../../../nn/index.ts";
import { type Buffer, type Parameter, Tensor } from "../../../tensor/index.ts";
import type { Node } from "../model_pb.ts";
import { Call, NotSupportedError } from "./call.ts";
import type { Operator } from "./operator.ts";
import { operators } from "./operators/index.ts";
import type { Told } from "./told-shapes.ts";
import { computed, fold, nodeOf, unknownValue, type Value } from "./value.ts";

/** "Conv", and "com.microsoft.FusedConv" for an operator that is not ONNX's own; a name that no operator has is cut off. */
export function operatorName({ domain, opType }: Node): string {
  const name = domain && domain !== "ai.onnx" ? `${domain}.${opType}` : opType;
  return name === "" ? "(none)" : oneLine(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

export const operatorOf = (node: Node): Operator | undefined => {
  const name = operatorName(node);
  return Object.hasOwn(operators, name) ? operators[name] : undefined;
};

/** One node of a graph as a layer: it holds the tensors of the file that it is the first to use. */
export class OnnxNode extends Module {
  readonly node: Node;
  readonly opset: number;
  readonly #own: ReadonlyMap<number, Parameter | Buffer>;

  constructor(node: Node, opset: number, own: ReadonlyMap<number, Parameter | Buffer>) {
    super();
    this.node = node;
    this.opset = opset;
    this.#own = own;
    for (const [input, tensor] of own) Object.assign(this, { [`input${input}`]: tensor });
  }

  /** `given`: what a tensor's name stands for. `told`: the shape that the file says a tensor has. It is asked where the walk goes on behind what is not known. */
  forward(given: (name: string) => Value, told: (name: string) => Told | null = () => null): readonly Value[] {
    const inputs = this.node.input.map((name) => (name === "" ? null : given(name)));
    const operator = operatorOf(this.node);
    if (!operator) {
      return this.#gap(new ConvsmithError(`the operator ${operatorName(this.node)} is not known`), inputs, told);
    }
    const open = inputs.findIndex((each) => each?.unknown);
    if (open >= 0) {
      const reason = `the shape of its input ${this.node.input[open]} is not known`;
      return this.#gap(new ConvsmithError(reason), inputs, told);
    }
    try {
      return this.#record(operator, inputs);
    } catch (error) {
      if (error instanceof NotSupportedError) return this.#gap(error, inputs, told);
      throw error;
    }
  }

  /** Values of the shapes that the file tells. @throws the reason, unless who records wants to go on. */
  #gap(
    reason: ConvsmithError,
    inputs: readonly (Value | null)[],
    told: (name: string) => Told | null,
  ): readonly Value[] {
    const outputs = this.node.output.map(told);
    const values = outputs.map((each) => unknownValue(each?.shape ?? null, each?.kind ?? "float"));
    const from = inputs.flatMap((each) => (each ? [nodeOf(each)] : []));
    if (!noteGap(reason.message, outputs[0]?.shape ?? null, from, values.map(nodeOf))) throw reason;
    return values;
  }

  #record(operator: Operator, inputs: readonly (Value | null)[]): readonly Value[] {
    const call = new Call(this.node, inputs, this.opset, this.training);
    const record = (): readonly Value[] => {
      const found = operator.record(call);
      call.checkAttributes();
      const [first] = inputs;
      return [found]
        .flat()
        .map((each) =>
          each instanceof Tensor ? computed(each, first?.kind ?? "float", first?.type) : (each as Value),
        );
    };
    return inputs.every((each) => each === null || each.numbers) ? fold(record) : record();
  }

  override describe(): string {
    const name = operatorName(this.node);
    const operator = operatorOf(this.node);
    if (!operator?.describe) return name;
    const shapes = this.node.input.map((_, input) => this.#own.get(input)?.shape ?? null);
    const text = operator.describe(shapes, new Call(this.node, [], this.opset, false));
    return text ? `${name} ${text}` : name;
  }
}

const classes = new Map<string, typeof OnnxNode>();

/** A class of the operator's name, as printed modules and summaries tell types. */
export function classOf(node: Node): typeof OnnxNode {
  const name = operatorName(node);
  const found = classes.get(name) ?? class extends OnnxNode {};
  Object.defineProperty(found, "name", { value: name });
  classes.set(name, found);
  return found;
}
