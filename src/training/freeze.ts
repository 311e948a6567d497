import { ArgumentError } from "../core/errors.ts";
import { closestNames } from "../core/names.ts";
import type { Module } from "../nn/index.ts";

/**
 * Freezes layers: their parameters get no gradient, and those with parameters or running statistics of their own stay in
 * evaluation, whatever train() says, so that batch norm normalises by its running statistics and these do not move.
 * Dropout goes on. A pattern is the path of a layer, and means all inside it; * stands for any characters.
 * @throws ArgumentError for a pattern that no layer or parameter has.
 * @example
 * import { nn } from "convsmith";
 * import { freeze } from "convsmith/training";
 * const net = new nn.Sequential({ body: new nn.Linear(8, 4), head: new nn.Linear(4, 2) });
 * freeze(net, "body");
 * console.log(net.parameters().filter((each) => each.requiresGrad).length); // 2
 */
export function freeze(network: Module, ...patterns: readonly string[]): void {
  setFrozen(network, patterns, true);
}

/** The opposite of freeze: the layers are trained again. @throws ArgumentError for a pattern that no layer or parameter has. */
export function unfreeze(network: Module, ...patterns: readonly string[]): void {
  setFrozen(network, patterns, false);
}

/**
 * Puts another layer in the place of the one at a path ("fc", "classifier.6"), which is given back. The new one trains.
 * @throws ArgumentError for a path that no layer has.
 * @example
 * import { models, nn } from "convsmith";
 * import { replaceLayer } from "convsmith/training";
 * const { network } = models.createModel("resnet18");
 * replaceLayer(network, "fc", new nn.Linear(512, 3));
 * console.log(network.stateDict().get("fc.weight")?.shape); // [3, 512]
 */
export function replaceLayer(network: Module, path: string, layer: Module): Module {
  const old = network.namedModules().get(path);
  if (!old || path === "") throw noSuchLayer(network, path);
  const dot = path.lastIndexOf(".");
  const owner = network.namedModules().get(path.slice(0, Math.max(0, dot)))!;
  Object.assign(owner, { [path.slice(dot + 1)]: layer });
  return old;
}

/** Whether a path is that of what the patterns name, or inside of it. @throws ArgumentError for a pattern that fits nothing. */
export function matcher(network: Module, patterns: readonly string[]): (path: string) => boolean {
  const paths = [...network.namedModules().keys(), ...network.stateDict().keys()].filter((path) => path !== "");
  const tests = patterns.map((pattern) => {
    const source = pattern
      .split("*")
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
      .join(".*");
    const test = new RegExp(`^(?:${source})(?:\\..*)?$`, "s");
    if (!paths.some((path) => test.test(path))) throw noSuchLayer(network, pattern);
    return test;
  });
  return (path) => tests.some((test) => test.test(path));
}

function setFrozen(network: Module, patterns: readonly string[], frozen: boolean): void {
  const matches = matcher(network, patterns);
  const holding = new Set([...network.namedBuffers().keys()].map((name) => name.slice(0, name.lastIndexOf(".") + 1)));
  for (const [path, parameter] of network.namedParameters()) if (matches(path)) parameter.requiresGrad = !frozen;
  for (const [path, module] of network.namedModules()) {
    const own = module.ownParameters();
    if (own.length === 0 && !holding.has(path && `${path}.`)) continue;
    if (own.length > 0 ? own.some((each) => each.requiresGrad === frozen) : !matches(path)) continue;
    // A module that was switched to evaluation by hand stays there.
    if (frozen) module.training = false;
    else if (module.frozen) module.training = network.training;
    module.frozen = frozen;
  }
}

function noSuchLayer(network: Module, pattern: string): ArgumentError {
  const names = [...network.namedModules().keys()].filter((name) => name !== "");
  const close = [...new Set([...closestNames(pattern, names), ...network.namedChildren().keys()])].slice(0, 8);
  return new ArgumentError(`${network.constructor.name}: has no layer ${pattern}. There are ${close.join(", ")}`);
}
