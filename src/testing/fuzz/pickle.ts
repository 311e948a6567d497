import { joined } from "./bytes.ts";
import { type Random, whole } from "./random.ts";

/** Bytes behind an operation's code: a number of them, a length of so many bytes before them, or lines. */
const behind: Readonly<Record<string, number | "1" | "4" | "8" | "line" | "lines">> = {
  ...{ "\x80": 1, "\x95": 8, K: 1, M: 2, J: 4, G: 8, q: 1, r: 4, h: 1, j: 4 },
  ...{
    "\x8a": "1",
    U: "1",
    "\x8c": "1",
    C: "1",
    "\x8b": "4",
    T: "4",
    X: "4",
    B: "4",
    "\x8d": "8",
    "\x8e": "8",
    "\x96": "8",
  },
  ...{ I: "line", L: "line", F: "line", S: "line", V: "line", p: "line", g: "line", P: "line", c: "lines" },
};

/** The operations of a pickle, each with what is behind its code. */
export function operationsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = behind[String.fromCharCode(bytes[at]!)] ?? 0;
    let end = at + 1;
    if (typeof kind === "number") end += kind;
    else if (kind === "line" || kind === "lines") {
      for (let line = 0; line < (kind === "line" ? 1 : 2); line++) end = bytes.indexOf(10, end) + 1 || bytes.length;
    } else {
      const size = Number(kind);
      if (end + size > bytes.length) break;
      const length =
        size === 1 ? view.getUint8(end) : size === 4 ? view.getUint32(end, true) : Number(view.getBigUint64(end, true));
      end += size + length;
    }
    found.push(bytes.subarray(at, Math.min(end, bytes.length)));
    at = end;
  }
  return found;
}

const text = (value: string) => Uint8Array.from(value, (each) => each.charCodeAt(0));

const bare = [..."(012Nt)}]desau.RbQl\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x93\x94"].map(text);
const globals = [
  ..."os\nsystem posix\nsystem builtins\neval builtins\nexec subprocess\nPopen torch\nFloatStorage torch\nSize".split(
    " ",
  ),
  ..."collections\nOrderedDict torch._utils\n_rebuild_tensor_v2 builtins\nlist builtins\nset builtins\nbytearray".split(
    " ",
  ),
  ..."_codecs\nencode torch\ndevice numpy\ndtype builtins\ndict constructor\nprototype".split(" "),
].map((name) => text(`c${name}\n`));

/** A whole number: in one to four bytes, or of any length. */
function number(random: Random): Uint8Array {
  const value = BigInt.asUintN(64, random.pick(whole));
  const bytes = Uint8Array.from({ length: 8 }, (_, byte) => Number((value >> BigInt(8 * byte)) & 255n));
  const size = random.pick([1, 2, 4, 8, 9]);
  if (size < 8) return joined(text({ 1: "K", 2: "M", 4: "J" }[size]!), bytes.subarray(0, size));
  return joined(text("\x8a"), Uint8Array.of(size), bytes, new Uint8Array(size - 8));
}

/** Changes operations: their order, their codes, numbers, names, and how often they come. */
export function changePickle(bytes: Uint8Array, random: Random): Uint8Array {
  const list = operationsOf(bytes);
  const count = 1 + (random.chance(0.4) ? 0 : random.below(6));
  const numbers = list.flatMap((each, at) => ("KMJ\x8a".includes(String.fromCharCode(each[0]!)) ? [at] : []));
  for (let change = 0; change < count && list.length > 0; change++) {
    const at = random.below(list.length);
    const kind = random.below(10);
    if (kind === 0) list.splice(at, 1 + random.below(3));
    else if (kind === 1) list.splice(at, 0, random.pick(bare));
    else if (kind === 2) list.splice(at, 1, random.pick(bare));
    else if (kind === 3) list.splice(at, 0, ...list.slice(at, at + 1 + random.below(30)));
    else if (kind === 4) list.splice(at, 0, random.pick(globals));
    else if (kind === 5)
      list.splice(at, 0, ...new Array<Uint8Array>(random.pick([10, 1000, 20_000])).fill(random.pick(bare)));
    else if (kind === 6) {
      const size = random.pick([1, 2, 4]);
      const changed = list[at]!.slice();
      for (let byte = 1; byte <= size && byte < changed.length; byte++)
        changed[byte] = random.pick([0, 1, 127, 128, 255]);
      list[at] = changed;
    } else if (kind === 7) list[at] = number(random);
    else if (numbers.length > 0) list[Math.min(random.pick(numbers), list.length - 1)] = number(random);
  }
  return joined(...list);
}
