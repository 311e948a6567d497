import { describe, expect, it } from "vitest";
import { ResNet, resnets } from "../models/index.ts";
import * as nn from "../nn/index.ts";
import "../index.ts";
import { freeze, replaceLayer, unfreeze } from "./freeze.ts";
import { loadPretrained } from "./pretrained.ts";

const trained = (network: nn.Module) =>
  [...network.namedParameters()].filter(([, each]) => each.requiresGrad).map(([name]) => name);
const resnet18 = () => new ResNet(resnets.resnet18!, { numClasses: 3 });

describe("freeze", () => {
  it("takes the gradient from layers by path and pattern, and leaves their batch norm in evaluation", () => {
    const network = resnet18();
    freeze(network, "conv1", "bn1", "layer*");
    expect(trained(network)).toEqual(["fc.weight", "fc.bias"]);
    network.train();
    expect(network.bn1.training).toBe(false);
    expect(network.layer1.training).toBe(true);
    unfreeze(network, "layer4.1");
    expect(trained(network).slice(0, 2)).toEqual(["layer4.1.conv1.weight", "layer4.1.bn1.weight"]);
    network.train();
    expect(network.namedModules().get("layer4.1.bn1")!.training).toBe(true);
    expect(network.namedModules().get("layer4.0.bn1")!.training).toBe(false);
  });

  it("leaves dropout and what holds no numbers alone, and freezes norms without parameters", () => {
    const network = new nn.Sequential(new nn.BatchNorm2d(2, { affine: false }), new nn.Dropout(), new nn.Linear(2, 2));
    freeze(network, "*");
    network.train();
    expect([...network].map((each) => each.training)).toEqual([false, true, false]);
  });

  it("tells which layers there are", () => {
    expect(() => freeze(resnet18(), "layr1")).toThrow(/^ResNet: has no layer layr1\. There are layer1, /);
    expect(() => replaceLayer(resnet18(), "head", new nn.Linear(2, 2))).toThrow(/has no layer head/);
  });
});

it("replaceLayer puts a layer in another's place, in lists too", () => {
  const network = new nn.Sequential({ body: new nn.Sequential(new nn.Linear(4, 4), new nn.Linear(4, 2)) });
  const layer = new nn.Linear(4, 3);
  replaceLayer(network, "body.1", layer);
  expect(network.stateDict().get("body.1.weight")).toBe(layer.weight);
});

describe("loadPretrained", () => {
  const file = (network: nn.Module, without: RegExp = /^$/) => ({
    path: "net.pth",
    weights: new Map(
      [...network.stateDict()]
        .filter(([name]) => !without.test(name))
        .map(([name, { shape, numel }]) => [name, { shape, data: new Float32Array(numel).fill(0.5) }]),
    ),
  });

  it("takes all but the layers that start fresh, counters of old files left out", async () => {
    const network = resnet18();
    loadPretrained(network, file(new ResNet(resnets.resnet18!), /num_batches_tracked$/), ["fc"]);
    expect((await network.layer4.stateDict().get("1.bn2.weight")!.data())[0]).toBe(0.5);
    expect((await network.fc.bias!.data())[0]).not.toBe(0.5);
  });

  it("tells which layers do not fit, and what to do", () => {
    expect(() => loadPretrained(resnet18(), file(new ResNet(resnets.resnet18!)))).toThrow(
      "net.pth: does not fit ResNet: fc.weight is [1000, 512], and needs [3, 512]; fc.bias is [1000], and needs [3]. Let what differs start fresh: --replace fc.",
    );
    expect(() => loadPretrained(resnet18(), file(new nn.Linear(2, 2)))).toThrow(/They are of another network/);
  });
});
