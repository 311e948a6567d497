/** Values by key, of which at least the last `size` to be used are kept. */
export class Recent<V> {
  readonly #size: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(size: number) {
    this.#size = size;
  }

  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }

  get(key: string): V | undefined {
    if (this.#young.has(key)) return this.#young.get(key);
    if (!this.#old.has(key)) return undefined;
    const value = this.#old.get(key)!;
    this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#size && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
