import { describe, expect, test } from "vitest";
import type { Node } from "../core/node.ts";
import { createModel } from "../models/index.ts";
import * as ops from "../ops/index.ts";
import { reference } from "../testing/reference-tables.ts";
import { conv, unread } from "../testing/slim.ts";
import { fieldBox } from "./field-box.ts";
import { type FieldPaths, fieldPaths } from "./field-paths.ts";
import { fieldOf } from "./layer-field.ts";
import { FieldMap } from "./receptive-field.ts";
import type { Network } from "./recording.ts";

interface Layer {
  readonly op?: string;
  readonly k?: number;
  readonly s?: number;
  readonly p?: number;
  readonly q?: number;
  readonly d?: number;
  readonly padding?: "SAME";
}

interface Graph {
  readonly test?: string;
  readonly id?: string;
  readonly layers?: readonly Layer[];
  readonly branches?: readonly (readonly Layer[])[];
  readonly input_resolution?: readonly [number, number] | null;
  readonly rf?: number | readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly padding?: readonly [number | null, number | null];
  readonly expect?: string;
  readonly [other: string]: unknown;
}

const { missing, note, tables } = reference;
const graphs = (tables.receptive_field_graphs ?? []) as readonly Graph[];
const worked = (tables.distill_2019_worked_examples ?? []) as readonly Graph[];

/** Convolutions with padding p in front and q behind, one after another. */
const stack = (x: Node, layers: readonly Layer[]): Node =>
  layers.reduce((y, { k = 1, s = 1, p = 0, q = 0, d = 1, padding }) => {
    if (padding) return conv(y, 1, k, s, padding);
    return ops.conv2d(ops.pad(y, [p, q, p, q]), unread([1, 1, k, k]), null, { stride: s, dilation: d });
  }, x);

/** Branches that give different sizes are cut to the smallest, as the definition of the sum does. */
function added(x: Node, branches: readonly (readonly Layer[])[]): Node {
  const outputs = branches.map((layers) => stack(x, layers));
  const size = Math.min(...outputs.map(({ shape }) => shape[2]!));
  return outputs.map((y) => ops.slice(ops.slice(y, 2, 0, size), 3, 0, size)).reduce((a, b) => ops.add(a, b));
}

/** What google's library tells of all paths together. */
function along({ paths, aligned }: FieldPaths) {
  const starts = paths.map(({ height }) => height.start!);
  const ends = paths.map(({ height }) => height.start! + height.size);
  return {
    aligned,
    rf: Math.max(...ends) - Math.min(...starts),
    stride: paths[0]!.height.stride,
    padding: -Math.min(...starts),
  };
}

describe.skipIf(missing)(`published graphs${note}`, () => {
  test("all of them are there", () => expect([graphs.length, worked.length]).toEqual([6, 3]));

  test.each(graphs)("$test", ({ branches, input_resolution, rf, stride, padding, expect: error }) => {
    const side = input_resolution?.[0] ?? 9;
    const x = unread([1, 1, side, side]);
    const found = along(fieldPaths(x, added(x, branches!), [0, 0]));
    expect(found.aligned).toBe(!error);
    if (error) return;
    expect(found).toMatchObject({ rf: (rf as readonly number[])[0], stride: stride![0] });
    // Null: TensorFlow's padding of an unknown size. Ours is always known.
    if (padding![0] !== null) expect(found.padding).toBe(padding![0]);
  });

  test("Distill: the region of a stack's first output", () => {
    const { layers, u0, v0 } = worked.find(({ id }) => id === "two_layer_region")!;
    const x = unread([1, 1, 12, 12]);
    expect(fieldBox(x, stack(x, layers!), [0, 0])![0]).toEqual([u0, v0]);
  });

  test("Distill: branches that line up, and that do not", () => {
    const x = unread([1, 1, 13, 13]);
    const straight = worked.find(({ id }) => id === "aligned_two_branch")!;
    expect(along(fieldPaths(x, added(x, straight.branches!), [0, 0]))).toEqual({
      aligned: straight.aligned,
      rf: straight.rf,
      stride: straight.effective_stride,
      padding: straight.effective_padding,
    });
    const crooked = worked.find(({ id }) => id === "misaligned_two_branch")!;
    expect(crooked.note).toContain("2nd output feature uses 6 input samples, 3rd uses 5");
    const y = added(x, crooked.branches!);
    expect(fieldPaths(x, y, [0, 0]).aligned).toBe(false);
    const map = new FieldMap({ input: x, outputs: [y], order: [] });
    const sizes = [1, 2].map((at) => map.interval(y, 0, at)!).map(([first, last]) => last - first + 1);
    expect(sizes).toEqual([6, 5]);
  });
});

interface Example {
  readonly tool: string;
  readonly input?: number | readonly number[];
  readonly layers?: readonly Layer[] | string;
  readonly map_size?: readonly number[];
  readonly start?: readonly number[];
  readonly jump?: readonly number[];
  readonly rf?: number | readonly number[];
  readonly stride?: number;
  readonly offset?: number;
  readonly feature_map?: number;
  readonly outputs?: readonly {
    readonly feature_map: number;
    readonly rf: number;
    readonly stride: number;
    readonly offset: number;
  }[];
  readonly test?: readonly (readonly [number, number])[];
}

const examples = new Map(((tables.rf_small_examples ?? []) as readonly Example[]).map((each) => [each.tool, each]));

/** The outputs of layers by a short text: conv3 and the like without padding, pool2 with its stride. */
function outputsOf(x: Node, text: string): Node[] {
  const outputs: Node[] = [];
  for (const [, kind, kernel] of text.matchAll(/(conv|pool)(\d)/g)) {
    const y = outputs.at(-1) ?? x;
    const k = Number(kernel);
    outputs.push(kind === "pool" ? ops.avgPool2d(y, k) : ops.conv2d(y, unread([1, 1, k, k]), null));
  }
  return outputs;
}

/** As small calculators print it: the centre counts from the edge of the first pixel. */
function facts(x: Node, node: Node) {
  const { size, stride, centre } = new FieldMap({ input: x, outputs: [node], order: [] }).field(node)!.height;
  return { feature_map: node.shape[2], rf: size, stride, offset: centre + 0.5 };
}

describe.skipIf(missing)(`published small examples${note}`, () => {
  test("all of them are there", () => expect(examples.size).toBe(8));

  test("pytorch-receptive-field", () => {
    const { input, map_size, start, jump, rf } = examples.get("Fangyh09/pytorch-receptive-field")!;
    const x = unread([1, 1, input as number, input as number]);
    const first = ops.conv2d(x, unread([1, 1, 7, 7]), null, { stride: 2, padding: 3 });
    const active = ops.relu(ops.batchNorm2d(first, unread([1]), unread([1])));
    const pooled = ops.maxPool2d(active, 3, { stride: 2, padding: 1 });
    const outputs = [x, first, active.inputs[0]!, active, pooled, ops.avgPool2d(pooled, 3, { stride: 2, padding: 1 })];
    const found = outputs.map((node) => facts(x, node));
    expect(found.map((each) => each.feature_map)).toEqual(map_size);
    expect(found.map((each) => each.offset)).toEqual(start);
    expect(found.map((each) => each.stride)).toEqual(jump);
    expect(found.map((each) => each.rf)).toEqual(rf);
  });

  test.each([
    { tool: "shelfwise/receptivefield keras minimal", text: "conv7,conv5,pool2,conv5", ends: [4] },
    {
      tool: "shelfwise/receptivefield pytorch SimpleVGG",
      text: "conv3,conv3,pool2,conv3,conv3,pool2,conv3,conv3",
      ends: [5, 8],
    },
    {
      tool: "shelfwise/receptivefield keras detailed",
      text: "conv5,conv3,pool2,conv3,conv3,pool2,conv3,conv3",
      ends: [8],
    },
  ])("$tool", ({ tool, text, ends }) => {
    const example = examples.get(tool)!;
    const x = unread([1, 1, example.input as number, example.input as number]);
    const outputs = outputsOf(x, text);
    for (const [at, expected] of (example.outputs ?? [example]).entries()) {
      const { feature_map, rf, stride, offset } = expected;
      expect(facts(x, outputs[ends[at]! - 1]!)).toEqual({ feature_map, rf, stride, offset });
    }
  });

  test("pytorch-summary, the first layers of VGG-16", () => {
    const { rf, jump, map_size, start } = examples.get("sksq96/pytorch-summary PR#47 (VGG-16 prefix)")!;
    const network = createModel("vgg16").network as Network;
    const rows = Array.from({ length: 9 }, (_, at) => fieldOf(network, [1, 3, 224, 224], `features.${at}`));
    expect(rows.map(({ field }) => field.height.size)).toEqual(rf);
    expect(rows.map(({ field }) => field.height.stride)).toEqual(jump);
    expect(rows.map(({ outputShape }) => outputShape[2])).toEqual(map_size);
    // Wrong at its source: it prints 0.5 from the pool on, where the middle of the first two pixels is 1.
    const centres = rows.map(({ field }) => field.height.centre + 0.5);
    expect(centres).toEqual((start as readonly number[]).map((each, at) => (at < 4 ? each : 1)));
  });

  test("torch-scan", () => {
    const { rf } = examples.get("frgfm/torch-scan PR#31")!;
    const x = unread([1, 3, 32, 32]);
    const first = ops.conv2d(x, unread([8, 3, 5, 5]), unread([8]));
    const outputs = [first, ops.relu(first), ops.conv2d(ops.relu(first), unread([16, 8, 3, 3]), unread([16]))];
    expect(outputs.map((node) => facts(x, node).rf)).toEqual(rf);
  });

  test("rfa_toolbox: the largest input that resnet50 can use", () => {
    const { test: range } = examples.get("rfa_toolbox resnet50 input_resolution_range")!;
    // The smallest is not compared: the tool's README says 75 and its own test 96.
    const { field } = fieldOf(createModel("resnet50").network as Network, [1, 3, 224, 224], "layer4");
    expect([field.height.size, field.width.size]).toEqual(range![1]);
  });

  test("codingace.net", () => {
    const { layers, rf } = examples.get("codingace.net RF calculator sample")!;
    const x = unread([1, 1, 64, 64]);
    const sizes = (layers as readonly Layer[]).map((_, at) => {
      const some = (layers as readonly Layer[]).slice(0, at + 1);
      return facts(
        x,
        stack(
          x,
          some.map((layer) => ({ ...layer, q: layer.p ?? 0 })),
        ),
      ).rf;
    });
    expect(sizes).toEqual(rf);
  });
});
