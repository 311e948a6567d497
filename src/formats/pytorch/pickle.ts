import { FileFormatError } from "../../core/errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { callGlobal, findGlobal } from "./globals.ts";
import { PickleInput } from "./pickle-input.ts";
import { type PickledDict, PickledGlobal, PickledTuple, type PickledValue } from "./values.ts";

export interface PickleOptions {
  /** For errors: the file, and where in it the bytes begin. */
  readonly file: string;
  readonly base: number;
  /** What a persistent id stands for. */
  readonly persistent: (id: PickledValue, at: number) => PickledValue;
  /** Bytes that values may take, estimated: a small file must not fill the memory. */
  readonly memory: number;
}

/** Estimated bytes of a value in memory, and of one more element of a list or dict. */
const cost = { value: 64, element: 16, entry: 48 } as const;

/**
 * Reads one pickle (protocols 0 to 5) and returns its value and where it ends. Nothing is run: only what globals.ts lists is
 * built, any other global is refused by name.
 * @throws FileFormatError that names the file and the byte.
 */
export function readPickle(
  source: ByteSource,
  start: number,
  options: PickleOptions,
): { value: PickledValue; end: number } {
  const input = new PickleInput(source, start, options.file, options.base);
  const machine = new Machine(input, options);
  while (!machine.step()) if (input.done) input.fail("the pickle ends in the middle", input.position);
  return { value: machine.result(), end: input.position };
}

class Machine {
  readonly #input: PickleInput;
  readonly #options: PickleOptions;
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickledValue>();
  #stack: PickledValue[] = [];
  #spent = 0;
  /** Where the operation at hand begins. */
  #at = 0;

  constructor(input: PickleInput, options: PickleOptions) {
    this.#input = input;
    this.#options = options;
  }

  result(): PickledValue {
    if (this.#stack.length !== 1) this.#fail(`the pickle leaves ${this.#stack.length} values, not one`);
    return this.#stack[0]!;
  }

  /** Does one operation; true when it was the last. */
  step(): boolean {
    const input = this.#input;
    this.#at = input.position;
    const code = String.fromCharCode(input.byte());
    switch (code) {
      case ".":
        return true;
      case "\x80":
        if (input.byte() > 5) this.#fail("a pickle of a protocol after 5");
        break;
      case "\x95":
        input.skip(8);
        break;
      case "(":
        this.#marks.push(this.#stack.length);
        this.#spend(cost.element);
        break;
      case "0":
        this.#pop();
        break;
      case "1":
        this.#popMark();
        break;
      case "2":
        this.#push(this.#top());
        break;
      case "N":
        this.#push(null);
        break;
      case "\x88":
      case "\x89":
        this.#push(code === "\x88");
        break;
      case "K":
        this.#push(input.byte());
        break;
      case "M":
        this.#push(input.unsigned(2));
        break;
      case "J":
        this.#push(input.int32());
        break;
      case "G":
        this.#push(input.float64());
        break;
      case "\x8a":
        this.#push(input.long(input.byte()));
        break;
      case "\x8b":
        this.#push(input.long(input.unsigned(4)));
        break;
      case "I":
      case "L":
      case "F":
        this.#push(input.textNumber(code));
        break;
      case "S":
        this.#push(input.quoted());
        break;
      case "V":
        this.#push(input.line());
        break;
      case "U":
      case "\x8c":
        this.#text(input.byte());
        break;
      case "T":
      case "X":
        this.#text(input.unsigned(4));
        break;
      case "\x8d":
        this.#text(input.length64());
        break;
      case "C":
        this.#push(input.bytes(input.byte()));
        break;
      case "B":
        this.#push(input.bytes(input.unsigned(4)));
        break;
      case "\x8e":
      case "\x96":
        this.#push(input.bytes(input.length64()));
        break;
      case "]":
        this.#push([]);
        break;
      case "}":
        this.#push(new Map());
        break;
      case "\x8f":
        this.#push(new Set());
        break;
      case ")":
        this.#push(new PickledTuple([]));
        break;
      case "\x85":
      case "\x86":
      case "\x87":
        this.#push(new PickledTuple(this.#take(code.charCodeAt(0) - 0x84)));
        break;
      case "t":
        this.#push(new PickledTuple(this.#popMark()));
        break;
      case "l":
        this.#push(this.#popMark());
        break;
      case "d":
        this.#push(this.#entries(new Map(), this.#popMark()));
        break;
      case "\x91":
        this.#push(new Set(this.#popMark()));
        break;
      case "a":
        this.#append([this.#pop()]);
        break;
      case "e":
        this.#append(this.#popMark());
        break;
      case "s":
        this.#setItems(this.#take(2));
        break;
      case "u":
        this.#setItems(this.#popMark());
        break;
      case "\x90": {
        const items = this.#popMark();
        const set = this.#top();
        if (!(set instanceof Set)) this.#fail("adds to what is no set");
        for (const each of items) set.add(each);
        break;
      }
      case "p":
      case "q":
      case "r":
      case "\x94":
        this.#remember(code);
        break;
      case "g":
      case "h":
      case "j":
        this.#recall(code === "g" ? this.#number(input.line()) : input.unsigned(code === "h" ? 1 : 4));
        break;
      case "c":
        this.#global(input.line(), input.line());
        break;
      case "\x93": {
        const [module, name] = this.#take(2);
        if (typeof module !== "string" || typeof name !== "string") this.#fail("names a global by what is no text");
        this.#global(module, name);
        break;
      }
      case "P":
        this.#push(this.#options.persistent(input.line(), this.#at));
        break;
      case "Q":
        this.#push(this.#options.persistent(this.#pop(), this.#at));
        break;
      case "R":
      case "\x81":
        this.#call();
        break;
      case "b":
        this.#build();
        break;
      default:
        this.#fail(`operation 0x${code.charCodeAt(0).toString(16).padStart(2, "0")} is none that a state dict needs`);
    }
    return false;
  }

  #fail(problem: string): never {
    throw new FileFormatError(this.#options.file, problem, this.#options.base + this.#at);
  }

  #spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#options.memory) this.#fail("the pickle builds far more than the file holds");
  }

  #push(value: PickledValue): void {
    this.#spend(typeof value === "object" && value !== null ? cost.value : cost.element);
    this.#stack.push(value);
  }

  #text(length: number): void {
    const text = this.#input.text(length);
    this.#spend(2 * length);
    this.#push(text);
  }

  #pop(): PickledValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) this.#fail("takes a value where none is left");
    return this.#stack.pop()!;
  }

  #top(): PickledValue {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  #take(count: number): PickledValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popMark(): PickledValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) this.#fail("goes back to a mark where none was set");
    return this.#stack.splice(mark);
  }

  #append(items: readonly PickledValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) this.#fail("appends to what is no list");
    this.#spend(items.length * cost.element);
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly PickledValue[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) this.#fail("sets items of what is no dict");
    this.#entries(dict, items);
  }

  #entries(dict: PickledDict, items: readonly PickledValue[]): PickledDict {
    if (items.length % 2 !== 0) this.#fail("a dict's key without a value");
    this.#spend((items.length / 2) * cost.entry);
    for (let at = 0; at < items.length; at += 2) dict.set(items[at]!, items[at + 1]!);
    return dict;
  }

  #remember(code: string): void {
    const input = this.#input;
    let index = this.#memo.size;
    if (code === "p") index = this.#number(input.line());
    else if (code !== "\x94") index = input.unsigned(code === "q" ? 1 : 4);
    this.#spend(cost.entry);
    this.#memo.set(index, this.#top());
  }

  /** The number of a value that is kept, as text. */
  #number(text: string): number {
    return /^\d{1,15}$/.test(text) ? Number(text) : this.#fail("keeps or recalls a value by what is no number");
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) this.#fail(`recalls value ${index}, which was never kept`);
    this.#push(value);
  }

  #global(module: string, name: string): void {
    this.#push(findGlobal(module, name, (problem) => this.#fail(problem)));
  }

  #call(): void {
    const [callable, values] = this.#take(2);
    if (!(callable instanceof PickledGlobal) || !(values instanceof PickledTuple))
      this.#fail("calls what can't be called");
    const at = this.#options.base + this.#at;
    const made = callGlobal(callable.name, values.items, at, (problem) => this.#fail(problem));
    // What is copied is paid for again.
    if (made instanceof Map || made instanceof Set) this.#spend(cost.entry * made.size);
    else if (Array.isArray(made) || made instanceof Uint8Array) this.#spend(cost.element * made.length);
    else if (made instanceof PickledTuple) this.#spend(cost.element * made.items.length);
    this.#push(made);
  }

  /** State of an object: attributes beside a dict's entries, such as `_metadata`, say nothing about numbers. */
  #build(): void {
    const state = this.#pop();
    const target = this.#top();
    if (target instanceof Map || target instanceof PickledGlobal) return;
    if (typeof target === "string" && target.startsWith("numpy.dtype ") && state instanceof PickledTuple) {
      if (state.items[1] !== ">") return;
      this.#fail("numpy numbers with the highest byte first");
    }
    this.#fail("sets the state of a value that has none");
  }
}
