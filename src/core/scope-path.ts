import type { Scope } from "./node.ts";

/** A module that knows the names of those inside it; its own name is "". */
interface NamedModules {
  namedModules(): Iterable<readonly [name: string, module: object]>;
}

/** The outermost module of a scope: paths start there. */
export function outermost(scope: Scope): object {
  let current = scope;
  while (current.outer) current = current.outer;
  return current.module;
}

/** The path of the innermost module ("head.0"), found by identity from the outermost: "" for that one, null where it is not inside. */
export function scopePath(scope: Scope): string | null {
  const root = outermost(scope) as Partial<NamedModules>;
  for (const [name, module] of root.namedModules?.() ?? []) if (module === scope.module) return name;
  return null;
}
