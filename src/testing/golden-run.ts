import { gradients } from "../core/gradient.ts";
import { dataNode, type Node } from "../core/node.ts";
import { numel, sameShape } from "../core/shape.ts";
import { evaluate } from "../devices/reference/evaluate.ts";
import { add } from "../ops/index.ts";
import type { GoldenCase } from "./golden.ts";
import { GoldenAttributes } from "./golden-attributes.ts";
import { goldenOps } from "./golden-ops.ts";
import { coefficientRoundings } from "./golden-spatial-ops.ts";
import { roundingErrors, unit } from "./rounding.ts";

/** Computes nodes on a device: numbers in row-major order, one array for each root. */
export type Compute = (roots: readonly Node[]) => ArrayLike<number>[] | Promise<ArrayLike<number>[]>;

/** The numbers of a data leaf. */
export function leafData(node: Node): Float32Array | Int32Array {
  if (node.source?.kind !== "data") throw new Error(`${node.op.name} has no data`);
  return node.source.data;
}

/** The numbers of a node whose leaves are data, on the reference evaluator. */
export function valuesOf(root: Node): number[] {
  return [...evaluate([root], leafData)[0]!];
}

export const computeOnReference: Compute = (roots) => evaluate(roots, leafData);

/**
 * Checks every output and gradient of a case on a device. @throws Error for a difference, and for a case, attribute or
 * tensor that is not understood.
 */
export async function checkGolden(golden: GoldenCase, compute: Compute = computeOnReference): Promise<void> {
  const op = Object.hasOwn(goldenOps, golden.op) ? goldenOps[golden.op] : undefined;
  if (!op) throw new Error(`${golden.name}: op ${golden.op} is not understood`);
  const expected = recordCase(golden, op);
  const values = await compute(expected.map(({ node }) => node));
  const errors = roundingErrors(
    expected.map(({ node }) => node),
    leafData,
    coefficientRoundings,
  );
  for (const [at, { name, node }] of expected.entries()) {
    const { shape, data } = golden.tensors.get(name)!;
    // PyTorch's scalars are stored with the shape [1].
    const scalar = node.shape.length === 0 && sameShape(shape, [1]);
    if (!scalar && !sameShape(node.shape, shape)) {
      throw new Error(`${golden.name}/${name}: recorded shape [${node.shape}], PyTorch's is [${shape}]`);
    }
    compareNumbers(`${golden.name}/${name}`, values[at]!, data, errors[at]!);
  }
}

/** Throws unless numbers agree to four times the rounding errors that float32 may make on the way to each. */
export function compareNumbers(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  errors: ArrayLike<number>,
): void {
  if (actual.length !== expected.length) throw new Error(`${name}: ${actual.length} numbers, not ${expected.length}`);
  for (let at = 0; at < expected.length; at++) {
    // Both sides round, and each function on the way may be off by more than the half unit of + and ·.
    const allowed = 4 * unit * errors[at]! + Number.MIN_VALUE;
    const difference = Math.abs(actual[at]! - expected[at]!);
    if (difference <= allowed || Object.is(actual[at], expected[at])) continue;
    throw new Error(
      `${name}: [${at}] is ${actual[at]}, expected ${expected[at]}: off by ${difference}, allowed ${allowed}`,
    );
  }
}

function recordCase(golden: GoldenCase, op: (typeof goldenOps)[string]): { name: string; node: Node }[] {
  const { tensors } = golden;
  const results = [...tensors.keys()].filter((name) => /^(output$|grad_|new_)/.test(name));
  const inputs: Record<string, Node> = {};
  for (const [name, { data, shape }] of tensors) if (!results.includes(name)) inputs[name] = dataNode(data, shape);
  const attributes = new GoldenAttributes(golden.attrs);
  const outputs = op(inputs, attributes);
  const unread = attributes.unread();
  if (unread.length > 0) throw new Error(`${golden.name}: attributes ${unread.join(", ")} are not understood`);

  const wanted = results.filter((name) => name.startsWith("grad_") && name !== "grad_output");
  const targets = wanted.map((name) => {
    const target = inputs[name.slice("grad_".length)];
    if (!target) throw new Error(`${golden.name}: ${name} is not understood`);
    return target;
  });
  const grads = wanted.length > 0 ? gradients(outputs.output!, seed(golden, outputs.output!), targets, add) : [];
  return results.flatMap((name) => {
    if (name === "grad_output") return [];
    const node = name.startsWith("grad_") ? grads[wanted.indexOf(name)] : outputs[name];
    if (!node) throw new Error(`${golden.name}: ${name} is not understood, or no gradient reaches it`);
    return [{ name, node }];
  });
}

function seed(golden: GoldenCase, output: Node): Node {
  const { data } = golden.tensors.get("grad_output")!;
  if (data.length !== numel(output.shape)) throw new Error(`${golden.name}: grad_output is of another shape`);
  return dataNode(data, output.shape);
}
