import { ConvsmithError, FileFormatError } from "../../core/errors.ts";
import { bytesOf, type StoredTensor, tensorReadBy } from "../stored-tensor.ts";
import type { PytorchContent } from "./storage-reference.ts";
import { type PickledDict, PickledTensor, PickledTuple, type PickledValue } from "./values.ts";

/** Values inside values inside values …: more levels are hostile. */
const deepest = 64;

type Path = readonly string[];

/** A dict, list or tuple as names and values; null for anything else. */
export function childrenOf(value: PickledValue): (readonly [string, PickledValue])[] | null {
  if (value instanceof Map) return [...value].map(([key, each]) => [nameOf(key), each]);
  const items = value instanceof PickledTuple ? value.items : Array.isArray(value) ? value : null;
  return items?.map((each, index): readonly [string, PickledValue] => [String(index), each]) ?? null;
}

const nameOf = (key: PickledValue): string => (typeof key === "object" && key !== null ? "?" : String(key));

/** The dicts that hold tensors themselves, by their paths. */
function tensorDicts(root: PickledValue, levels: number): { dict: PickledDict; path: Path; tensors: number }[] {
  const found: { dict: PickledDict; path: Path; tensors: number }[] = [];
  const seen = new Set<PickledValue>();
  const visit = (value: PickledValue, path: Path) => {
    if (!(value instanceof Map) || seen.has(value)) return;
    seen.add(value);
    const tensors = [...value.values()].filter((each) => each instanceof PickledTensor).length;
    if (tensors > 0) found.push({ dict: value, path, tensors });
    else if (path.length < levels) for (const [key, each] of value) visit(each, [...path, nameOf(key)]);
  };
  visit(root, []);
  return found;
}

/** The value at a path of names joined by dots; a name may hold dots itself. */
function at(value: PickledValue, key: string): PickledValue | undefined {
  if (key === "" || key === ".") return value;
  const children = childrenOf(value) ?? [];
  for (const [name, each] of children) {
    if (name === key) return each;
    if (key.startsWith(`${name}.`)) {
      const inner = at(each, key.slice(name.length + 1));
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

/**
 * The state_dict in what torch.save wrote: what `key` names, else the only dict that holds tensors. Names inside are joined by dots.
 * @throws ConvsmithError that lists what there is, where none or several could be meant; FileFormatError for damaged tensors.
 */
export function stateDictOf(content: PytorchContent, file: string, key?: string): Map<string, StoredTensor> {
  const { root } = content;
  if (root instanceof PickledTensor && key === undefined) return collect(content, new Map([["tensor", root]]), file);
  if (key !== undefined) {
    const chosen = at(root, key);
    if (chosen === undefined) throw new ConvsmithError(`${file}: has no ${key}. ${listOf(root)}`);
    return collect(content, chosen, file);
  }
  const dicts = tensorDicts(root, 2);
  const [first] = dicts;
  if (!first) throw new ConvsmithError(`${file}: holds no dict of tensors. ${listOf(root)}`);
  if (dicts.length === 1) return collect(content, first.dict, file);
  const sets = dicts.slice(0, 6).map(({ path, tensors }) => `${path.join(".")} (${tensors})`);
  if (dicts.length > sets.length) sets.push("…");
  throw new ConvsmithError(
    `${file}: holds several dicts of tensors: ${sets.join(", ")}. Choose with --key ${first.path.join(".")}, or take all with --key .`,
  );
}

function listOf(root: PickledValue): string {
  const names = (childrenOf(root) ?? []).map(([name]) => name);
  if (names.length === 0) return "Its value is no dict";
  return `It has ${names
    .slice(0, 8)
    .map((name) => name.slice(0, 80))
    .join(", ")}${names.length > 8 ? ", …" : ""}`;
}

function collect(content: PytorchContent, root: PickledValue, file: string): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  const tensors = new Map<string, PickledTensor>();
  const above = new Set<PickledValue>();
  let visits = 0;
  const visit = (value: PickledValue, path: Path) => {
    // Values that are shared count each time: they could hold each other without end.
    if (++visits > 2 ** 16 + content.bytes) throw new FileFormatError(file, "its values hold each other too often");
    if (value instanceof PickledTensor) {
      const name = path.join(".");
      if (tensors.has(name))
        throw new FileFormatError(file, `has two tensors ${JSON.stringify(name.slice(0, 80))}`, value.at);
      tensors.set(name, value);
      return;
    }
    const children = childrenOf(value);
    if (!children) return;
    if (above.has(value) || path.length > deepest) throw new FileFormatError(file, "a dict that holds itself");
    above.add(value);
    for (const [name, each] of children) visit(each, [...path, name]);
    above.delete(value);
  };
  visit(root, []);
  checkSizes(content, [...tensors.values()], file);
  for (const [name, tensor] of tensors) {
    const origin = { file, offset: tensor.at };
    found.set(name, tensorReadBy(tensor, content.storages.reader(tensor), origin));
  }
  return found;
}

/** Tensors may share numbers, but a small file must not fill the memory with them. */
function checkSizes({ bytes }: PytorchContent, tensors: readonly PickledTensor[], file: string): void {
  let total = 0;
  for (const { shape, dtype, at } of tensors) {
    total += shape.reduce((product, each) => product * each, bytesOf[dtype]);
    // Sizes may be such that the product is no number.
    if (!(total <= 3 * bytes + 2 ** 25))
      throw new FileFormatError(file, "its tensors are far larger than the file", at);
  }
}
