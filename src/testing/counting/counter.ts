/** A number that depends on the inputs of a run: operations on it count, those on plain numbers (indices) don't. */
export class Tracked {
  readonly value: number;
  /** Element of a bias: its addition is a bias addition. */
  readonly bias: boolean;

  constructor(value: number, bias = false) {
    this.value = value;
    this.bias = bias;
  }

  valueOf(): number {
    return this.value;
  }
}

export type Operand = number | Tracked;

/** In the place of a Float64Array, which would hold the numbers alone. */
export class Numbers extends Array<Operand> {
  constructor(source: number | Iterable<Operand> = 0) {
    super();
    if (typeof source === "number") for (let at = 0; at < source; at++) this.push(0);
    else for (const each of source) this.push(each);
  }

  // Methods of Array make plain ones.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  set(values: ArrayLike<Operand>): void {
    for (let at = 0; at < values.length; at++) this[at] = values[at]!;
  }
}

const binary: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
  "**": (a, b) => a ** b,
};

const kinds: Readonly<Record<string, string>> = {
  "-": "additions",
  "*": "multiplications",
  "/": "divide",
  "**": "pow",
};

/** Functions of Math that count under their own name. */
const functions = new Set<PropertyKey>(["abs", "sqrt", "exp", "log", "tanh", "floor"]);

/**
 * What rewritten code calls in the place of its operators. What it starts from is no operand: a first term put onto a
 * plain 0, a comparison with a plain ±Infinity and a product with a plain 1 (a copy) are no operations.
 */
export class Counter {
  readonly Numbers = Numbers;
  readonly Tracked = Tracked;
  /** In the place of Math. */
  readonly Math = new Proxy(Math, {
    get: (math, name) => {
      const own = Reflect.get(math, name);
      return typeof own === "function" ? (...values: unknown[]) => this.math(name, own, values) : own;
    },
  });
  counts: Record<string, number> = {};

  reset(): void {
    this.counts = {};
  }

  count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  binary(operator: string, a: unknown, b: unknown): unknown {
    if (!(a instanceof Tracked) && !(b instanceof Tracked)) return plain(operator, a, b);
    const apply = binary[operator];
    if (!apply) throw new Error(`no count for ${operator} of numbers that depend on the input`);
    const result = apply(Number(a), Number(b));
    if (operator === "+") this.count(this.additionKind(a, b));
    else if (typeof result === "boolean") {
      if (!isInfinite(a) && !isInfinite(b)) this.count("compare");
    } else if (operator !== "*" || (a !== 1 && b !== 1)) this.count(kinds[operator]!);
    return typeof result === "boolean" ? result : new Tracked(result);
  }

  /** A bias counts even where nothing was summed before. */
  private additionKind(a: unknown, b: unknown): string {
    if ((a instanceof Tracked && a.bias) || (b instanceof Tracked && b.bias)) return "biasAdditions";
    return a === 0 || b === 0 ? "firstTerms" : "additions";
  }

  unary(operator: string, a: unknown): unknown {
    if (!(a instanceof Tracked)) return operator === "-" ? -(a as number) : +(a as number);
    if (operator === "-") this.count("negate");
    return new Tracked(operator === "-" ? -a.value : a.value);
  }

  /** `object[key] operator= value`, each of them evaluated once. */
  assign(object: Record<PropertyKey, unknown>, key: PropertyKey, operator: string, value: unknown): unknown {
    object[key] = this.binary(operator, object[key], value);
    return object[key];
  }

  private math(name: PropertyKey, apply: (...numbers: number[]) => number, values: unknown[]): unknown {
    const result = apply(...values.map(Number));
    if (!values.some((value) => value instanceof Tracked)) return result;
    if (!functions.has(name)) throw new Error(`no count for Math.${String(name)} of numbers that depend on the input`);
    this.count(String(name));
    return new Tracked(result);
  }

  isNaN(value: unknown): boolean {
    return Number.isNaN(value instanceof Tracked ? value.value : value);
  }

  /** A function that is one operation of its own kind. */
  call(kind: string, value: number): Tracked {
    this.count(kind);
    return new Tracked(value);
  }
}

const isInfinite = (value: unknown) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;

function plain(operator: string, a: unknown, b: unknown): unknown {
  const [left, right] = [a as number, b as number];
  return operator === "%" ? left % right : binary[operator]!(left, right);
}
