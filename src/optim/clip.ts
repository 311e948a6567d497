import { ArgumentError } from "../core/errors.ts";
import { dataNode, type Node } from "../core/node.ts";
import * as ops from "../ops/index.ts";
import { noGrad, type Parameter, Tensor } from "../tensor/index.ts";

/**
 * Scales the gradients so that their norm, all taken together, is at most `maxNorm`; nothing is computed yet. Gives the
 * norm before scaling, which stays readable after the step. `normType` is 2, or Infinity for the largest element.
 * @example
 * import { nn, optim, tensor } from "convsmith";
 * const layer = new nn.Linear(2, 1, { bias: false });
 * layer.forward(tensor([[3, 4]])).sum().backward();
 * console.log(await optim.clipGradNorm(layer.parameters(), 1).item()); // 5
 */
export function clipGradNorm(
  parameters: Iterable<Parameter>,
  maxNorm: number,
  options: { normType?: 2 | typeof Infinity } = {},
): Tensor {
  if (!(maxNorm >= 0)) throw new ArgumentError(`clipGradNorm: needs a maxNorm of at least 0, got ${maxNorm}`);
  const { normType = 2 } = options;
  if (normType !== 2 && normType !== Number.POSITIVE_INFINITY) {
    throw new ArgumentError(`clipGradNorm: needs normType 2 or Infinity, got ${normType}`);
  }
  const withGrad = [...parameters].filter((each) => each.grad);
  return noGrad(() => {
    const norm = normOf(
      withGrad.map((each) => each.grad!.node),
      normType,
    );
    // PyTorch's 1e-6 keeps gradients of zero apart from 0 / 0.
    const ratio = ops.div(number(maxNorm), ops.add(norm, ops.constant(1e-6)));
    const scale = ops.minimum(ratio, ops.constant(1));
    const result = new Tensor(norm).keep();
    for (const each of withGrad) each.setGrad(new Tensor(ops.mul(each.grad!.node, scale)));
    return result;
  });
}

/** Limits every element of the gradients to ±`clipValue`; nothing is computed yet. */
export function clipGradValue(parameters: Iterable<Parameter>, clipValue: number): void {
  if (!(clipValue >= 0)) throw new ArgumentError(`clipGradValue: needs a clipValue of at least 0, got ${clipValue}`);
  noGrad(() => {
    const [low, high] = [number(-clipValue), number(clipValue)];
    for (const each of parameters) {
      if (each.grad) each.setGrad(new Tensor(ops.maximum(ops.minimum(each.grad.node, high), low)));
    }
  });
}

function normOf(grads: readonly Node[], normType: number): Node {
  if (grads.length === 0) return ops.full([], 0);
  if (normType === 2) return ops.sqrt(grads.map((grad) => ops.sum(ops.mul(grad, grad))).reduce(ops.add));
  return grads.map((grad) => ops.amax(ops.abs(grad))).reduce(ops.maximum);
}

const number = (value: number) => dataNode(Float32Array.of(value), []);
