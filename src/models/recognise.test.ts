import { expect, test } from "vitest";
import type { ModelOptions } from "./ready-model.ts";
import { firstKeyOf, recognise, type Shapes } from "./recognise.ts";
import { createModel, models } from "./registry.ts";

type Change = (shapes: Map<string, { shape: readonly number[] }>) => void;

function shapesOf(name: string, options: ModelOptions = {}, change: Change = () => {}): Shapes {
  const state = createModel(name, options).network.stateDict();
  const shapes = new Map([...state].map(([key, { shape }]) => [key, { shape }]));
  change(shapes);
  return shapes;
}

test.each(Object.keys(models))(
  "%s is known by its state_dict, whose first key is the one that tells the family",
  (name) => {
    const shapes = shapesOf(name);
    expect(firstKeyOf(name)).toBe([...shapes.keys()][0]);
    const found = recognise(shapes);
    // Its name may be another one's of just the same tensors.
    expect(recorded(found && "network" in found ? found.network.stateDict() : new Map())).toBe(recorded(shapes));
  },
);

const recorded = (shapes: Shapes) => [...shapes].map(([key, { shape }]) => `${key} ${shape}`).join("\n");

test.each([
  ["resnet18", { classes: 5 }],
  ["squeezenet1_1", { classes: 7 }],
  ["mobilenet_v3_small", { classes: 3 }],
  ["densenet121", { classes: 1 }],
  ["mnistCnn", { classes: 26 }],
  ["espcn", { scale: 4 }],
  ["googlenet", { auxLogits: true, classes: 12 }],
  ["inception_v3", { auxLogits: false, classes: 12 }],
  ["inception_v3", { classes: 12 }],
] as const)("%s of %o, whose last layer tells the classes", (name, options) => {
  expect(recognise(shapesOf(name, options))).toMatchObject({ name, options });
});

test("counters of batches may be missing, as in old files", () => {
  const without = shapesOf("resnet18", {}, (shapes) => {
    for (const key of shapes.keys()) if (key.endsWith("num_batches_tracked")) shapes.delete(key);
  });
  expect(recognise(without)).toMatchObject({ name: "resnet18" });
});

test.each<[string, Change, object | null]>([
  [
    "another shape",
    (shapes) => shapes.set("layer2.0.conv1.weight", { shape: [100, 64, 3, 3] }),
    { key: "layer2.0.conv1.weight", expected: [128, 64, 3, 3], found: [100, 64, 3, 3] },
  ],
  ["a missing key", (shapes) => shapes.delete("fc.bias"), { key: "fc.bias", expected: [1000], found: null }],
  ["one more key", (shapes) => shapes.set("more", { shape: [2] }), { key: "more", expected: null, found: [2] }],
  [
    "nothing but the first key",
    (shapes) => {
      for (const key of shapes.keys()) if (key !== "conv1.weight") shapes.delete(key);
    },
    null,
  ],
])("%s: the nearest network, and what differs", (_, change, expected) => {
  const found = recognise(shapesOf("resnet18", {}, change));
  if (expected) expect(found).toEqual({ name: "resnet18", ...expected });
  else expect(found).toBeNull();
});
