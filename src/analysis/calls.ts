import type { Node, Scope } from "../core/node.ts";
import type { Module, Parameter } from "../nn/index.ts";

/** One call of a module, with the ops that it recorded itself. */
export interface Call {
  readonly module: Module;
  /** "head.0"; "" for the network itself. */
  readonly path: string;
  /** In order; none for a module that was not called. */
  readonly nodes: readonly Node[];
}

/** How many elements parameters have. */
export interface ParameterCount {
  readonly parameters: number;
  readonly trainable: number;
}

export const noParameters: ParameterCount = { parameters: 0, trainable: 0 };

/** Ops by the call of the innermost module that recorded them, by their last op; then modules that only hold parameters. */
export function callsOf(
  network: Module,
  order: readonly Node[],
  holding: ReadonlyMap<Module, ParameterCount>,
  modules: ReadonlyMap<string, Module> = network.namedModules(),
): readonly Call[] {
  const paths = new Map([...modules].map(([path, module]) => [module as object, path]));
  const calls = new Map<Scope | null, { module: Module; path: string; nodes: Node[] }>();
  for (const node of opsOf(order)) {
    let { scope } = node;
    while (scope && !paths.has(scope.module)) scope = scope.outer;
    const module = (scope?.module ?? network) as Module;
    const call = calls.get(scope) ?? { module, path: paths.get(module)!, nodes: [] };
    // Put behind the calls that ended earlier.
    calls.delete(scope);
    calls.set(scope, call);
    call.nodes.push(node);
  }
  const called = new Set([...calls.values()].map(({ module }) => module));
  const silent = [...modules].filter(([, module]) => !called.has(module) && holding.has(module));
  return [...calls.values(), ...silent.map(([path, module]) => ({ module, path, nodes: [] }))];
}

/** What does work, in the order in which it was recorded. */
export const opsOf = (order: readonly Node[]): Node[] =>
  order.filter(({ op }) => op.kind !== "leaf" && !isConstant(op)).sort((a, b) => a.id - b.id);

/** A constant of an expression is no work of its own. */
const isConstant = (op: Node["op"]) => op.kind === "elementwise" && op.arity === 0;

/** What each module holds itself: a shared parameter counts for the first that has it. */
export function parametersByModule(
  network: Module,
  modules: ReadonlyMap<string, Module> = network.namedModules(),
): Map<Module, ParameterCount> {
  const found = new Map<Module, ParameterCount>();
  const seen = new Set<Parameter>();
  for (const module of modules.values()) {
    for (const parameter of module.ownParameters()) {
      if (seen.has(parameter)) continue;
      seen.add(parameter);
      const sum = found.get(module) ?? noParameters;
      const { numel } = parameter;
      found.set(module, {
        parameters: sum.parameters + numel,
        trainable: sum.trainable + (parameter.requiresGrad ? numel : 0),
      });
    }
  }
  return found;
}
