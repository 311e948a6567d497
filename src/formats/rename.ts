import { ArgumentError } from "../core/errors.ts";

/** Other names for tensors: `from` is a key, or the first parts of keys. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads "conv1->body.0": keys conv1 and conv1.… become body.0 and body.0.…; "module->" takes module. away, "->model" puts
 * model. before every key.
 * @throws ArgumentError for text without an arrow.
 * @example
 * import { parseRenaming, renameKeys } from "convsmith/formats";
 * console.log([...renameKeys(new Map([["conv1.weight", 1]]), [parseRenaming("conv1->body.0")]).keys()]); // [ "body.0.weight" ]
 */
export function parseRenaming(text: string): Renaming {
  const arrow = text.indexOf("->");
  if (arrow < 0) throw new ArgumentError(`--rename: needs OLD->NEW, got ${JSON.stringify(text)}`);
  // "module.->" means the same as "module->": parts are whole.
  const part = (name: string) => name.trim().replace(/\.$/, "");
  return { from: part(text.slice(0, arrow)), to: part(text.slice(arrow + 2)) };
}

/**
 * The same tensors under other keys, each renaming after the one before it.
 * @throws ArgumentError for a renaming that fits no key, or that gives two tensors one key.
 */
export function renameKeys<Value>(
  tensors: ReadonlyMap<string, Value>,
  renamings: readonly Renaming[],
): Map<string, Value> {
  let current = new Map(tensors);
  for (const { from, to } of renamings) {
    const next = new Map<string, Value>();
    let fits = 0;
    for (const [key, value] of current) {
      const renamed = renameKey(key, from, to);
      if (renamed !== null) fits++;
      const name = renamed ?? key;
      if (next.has(name)) throw new ArgumentError(`--rename ${from}->${to}: two tensors would be ${name}`);
      next.set(name, value);
    }
    if (fits === 0) {
      const some = [...current.keys()].slice(0, 6).join(", ");
      throw new ArgumentError(
        `--rename ${from}->${to}: no key begins with ${from}. There are ${some}${current.size > 6 ? ", …" : ""}`,
      );
    }
    current = next;
  }
  return current;
}

function renameKey(key: string, from: string, to: string): string | null {
  const join = (rest: string) => (to === "" || rest === "" ? to + rest : `${to}.${rest}`);
  if (from === "") return join(key);
  if (key === from) return to;
  return key.startsWith(`${from}.`) ? join(key.slice(from.length + 1)) : null;
}
