import { encodingOf } from "./encoding.ts";
import {
  type AnyInstruction,
  alignmentShift,
  type Instruction,
  type LaneInstruction,
  type LaneMemoryInstruction,
  type MemoryInstruction,
  simdFlag,
} from "./opcodes.ts";

export type ValueType = "i32" | "i64" | "f32" | "v128";
const typeCode: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b };

/** A variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

export function unsignedLeb(value: number, out: number[]): void {
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
}

export function signedLeb(value: number, out: number[]): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

const floatBytes = new DataView(new ArrayBuffer(8));

/** Writes one function, an instruction at a time, onto WebAssembly's operand stack. Methods chain. */
export class FunctionBuilder {
  readonly name: string;
  readonly parameters: readonly Local[];
  readonly results: readonly ValueType[];
  readonly code: number[] = [];
  readonly #locals: ValueType[] = [];
  /** Vector constants that are made once, at entry: their code, and the variables that hold them. */
  #constants: Map<string, { readonly code: readonly number[]; readonly local: Local }> | null = null;

  constructor(name: string, parameters: readonly ValueType[], results: readonly ValueType[] = []) {
    this.name = name;
    this.parameters = parameters.map((type, index) => ({ index, type }));
    this.results = results;
  }

  /**
   * From here on a vector constant is made once, at entry, and read from a variable: some compilers put one together
   * from halves wherever it is used, also in loops.
   */
  keepConstants(): void {
    this.#constants ??= new Map();
  }

  /** A new variable. All are zero at entry. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return { index: this.parameters.length + this.#locals.length - 1, type };
  }

  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** Int32 variables under their names. */
  named<Name extends string>(...names: readonly Name[]): Record<Name, Local> {
    return Object.fromEntries(names.map((name) => [name, this.local("i32")])) as Record<Name, Local>;
  }

  /** An instruction without immediates. */
  op(name: Instruction): this {
    this.#instruction(name);
    return this;
  }

  get(local: Local): this {
    this.code.push(0x20);
    unsignedLeb(local.index, this.code);
    return this;
  }

  set(local: Local): this {
    this.code.push(0x21);
    unsignedLeb(local.index, this.code);
    return this;
  }

  tee(local: Local): this {
    this.code.push(0x22);
    unsignedLeb(local.index, this.code);
    return this;
  }

  i32(value: number): this {
    this.code.push(0x41);
    signedLeb(value, this.code);
    return this;
  }

  f32(value: number): this {
    floatBytes.setFloat32(0, value, true);
    this.code.push(0x43, ...this.#bytes());
    return this;
  }

  /** A vector with the same float32 in its four lanes. */
  f32x4(value: number): this {
    floatBytes.setFloat32(0, value, true);
    return this.#vector(this.#bytes());
  }

  /** A vector with the same int32 in its four lanes. */
  i32x4(value: number): this {
    floatBytes.setInt32(0, value | 0, true);
    return this.#vector(this.#bytes());
  }

  /** A vector with the same float64 in its two lanes. */
  f64x2(value: number): this {
    floatBytes.setFloat64(0, value, true);
    return this.#wide();
  }

  /** A vector with the same int64 in its two lanes. */
  i64x2(value: bigint): this {
    floatBytes.setBigInt64(0, value, true);
    return this.#wide();
  }

  /** The address is on the stack; `offset` bytes are added to it (not negative). */
  load(name: MemoryInstruction, offset = 0): this {
    return this.#memory(name, offset);
  }

  /** Address, then value are on the stack. */
  store(name: MemoryInstruction, offset = 0): this {
    return this.#memory(name, offset);
  }

  /** Address, then vector are on the stack: loads or stores one lane. */
  laneMemory(name: LaneMemoryInstruction, laneIndex: number, offset = 0): this {
    this.#memory(name, offset).code.push(laneIndex);
    return this;
  }

  lane(name: LaneInstruction, laneIndex: number): this {
    this.#instruction(name);
    this.code.push(laneIndex);
    return this;
  }

  /** Sixteen byte numbers, 0-15 of the first vector and 16-31 of the second. */
  shuffle(bytes: readonly number[]): this {
    this.code.push(0xfd, 0x0d, ...bytes);
    return this;
  }

  /** A shuffle of whole lanes: 0-3 of the first vector, 4-7 of the second. */
  shuffleLanes(lanes: readonly [number, number, number, number]): this {
    return this.shuffle(lanes.flatMap((each) => [0, 1, 2, 3].map((byte) => each * 4 + byte)));
  }

  /** Calls a function of the same module by its index. */
  call(functionIndex: number): this {
    this.code.push(0x10);
    unsignedLeb(functionIndex, this.code);
    return this;
  }

  block(body: () => void): this {
    return this.#structure(0x02, body);
  }

  loop(body: () => void): this {
    return this.#structure(0x03, body);
  }

  /** The condition is on the stack. */
  if(then: () => void, otherwise?: () => void): this {
    this.code.push(0x04, 0x40);
    then();
    if (otherwise) {
      this.code.push(0x05);
      otherwise();
    }
    this.code.push(0x0b);
    return this;
  }

  branch(depth: number): this {
    this.code.push(0x0c, depth);
    return this;
  }

  branchIf(depth: number): this {
    this.code.push(0x0d, depth);
    return this;
  }

  /** `for (counter = from; counter < to; counter += step)`, tested before the first round. `to` is a variable or a number. */
  for(counter: Local, from: Local | number, to: Local | number, step: number, body: () => void): this {
    this.value(from).set(counter);
    return this.block(() => {
      this.get(counter).value(to).op("i32.ge_s").branchIf(0);
      this.loop(() => {
        body();
        this.get(counter).add(step).tee(counter).value(to).op("i32.lt_s").branchIf(0);
      });
    });
  }

  /** `while (counter >= amount) { body; counter -= amount; }`. */
  whileAtLeast(counter: Local, amount: number, body: () => void): this {
    return this.block(() => {
      this.get(counter).i32(amount).op("i32.lt_s").branchIf(0);
      this.loop(() => {
        body();
        this.get(counter).sub(amount).tee(counter).i32(amount).op("i32.ge_s").branchIf(0);
      });
    });
  }

  /** Pushes a variable or an int32 constant. */
  value(value: Local | number): this {
    return typeof value === "number" ? this.i32(value) : this.get(value);
  }

  /** Adds a variable or a constant to the int32 on the stack. */
  add(value: Local | number): this {
    return this.value(value).op("i32.add");
  }

  sub(value: Local | number): this {
    return this.value(value).op("i32.sub");
  }

  mul(value: Local | number): this {
    return this.value(value).op("i32.mul");
  }

  /** `variable += by`, int32. */
  advance(variable: Local, by: Local | number): this {
    return this.get(variable).add(by).set(variable);
  }

  /** The smaller of two variables or constants, int32. */
  min(a: Local | number, b: Local | number): this {
    return this.value(a).value(b).value(a).value(b).op("i32.lt_s").op("select");
  }

  /** Counts a variable down, and goes to the beginning of the loop around unless it is 0. */
  countDown(counter: Local): this {
    return this.get(counter).sub(1).tee(counter).branchIf(0);
  }

  /** The body as the code section wants it, locals grouped by runs of equal type. */
  encode(): number[] {
    const groups: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = groups[groups.length - 1];
      if (last?.type === type) last.count++;
      else groups.push({ type, count: 1 });
    }
    const body: number[] = [];
    unsignedLeb(groups.length, body);
    for (const { type, count } of groups) {
      unsignedLeb(count, body);
      body.push(typeCode[type]);
    }
    for (const { code, local } of this.#constants?.values() ?? []) {
      body.push(...code, 0x21);
      unsignedLeb(local.index, body);
    }
    for (const byte of this.code) body.push(byte);
    body.push(0x0b);
    return body;
  }

  signature(): number[] {
    const out = [0x60];
    unsignedLeb(this.parameters.length, out);
    for (const { type } of this.parameters) out.push(typeCode[type]);
    unsignedLeb(this.results.length, out);
    for (const type of this.results) out.push(typeCode[type]);
    return out;
  }

  #structure(code: number, body: () => void): this {
    this.code.push(code, 0x40);
    body();
    this.code.push(0x0b);
    return this;
  }

  /** Writes an opcode, and gives the logarithm of the alignment that goes behind it if it is a load or a store. */
  #instruction(name: AnyInstruction): number {
    const encoding = encodingOf(name);
    const opcode = encoding % simdFlag;
    if (encoding & simdFlag) {
      this.code.push(0xfd);
      unsignedLeb(opcode, this.code);
    } else this.code.push(opcode);
    return encoding >> alignmentShift;
  }

  #memory(name: MemoryInstruction | LaneMemoryInstruction, offset: number): this {
    const alignment = this.#instruction(name);
    this.code.push(alignment);
    unsignedLeb(offset, this.code);
    return this;
  }

  #vector(four: readonly number[]): this {
    return this.#constant([...four, ...four, ...four, ...four]);
  }

  #constant(bytes: readonly number[]): this {
    const code = [0xfd, 0x0c, ...bytes];
    // Zeros are cheap, and variables begin as zeros only once.
    if (!this.#constants || bytes.every((each) => each === 0)) {
      this.code.push(...code);
      return this;
    }
    const key = bytes.join();
    const known = this.#constants.get(key) ?? { code, local: this.local("v128") };
    this.#constants.set(key, known);
    return this.get(known.local);
  }

  #wide(): this {
    const bytes = this.#bytes(8);
    return this.#constant([...bytes, ...bytes]);
  }

  #bytes(count = 4): number[] {
    return [0, 1, 2, 3, 4, 5, 6, 7].slice(0, count).map((at) => floatBytes.getUint8(at));
  }
}
