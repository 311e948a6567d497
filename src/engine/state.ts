import type { Cell } from "../core/cell.ts";
import { ConvsmithError, StaleTensorError } from "../core/errors.ts";
import { dependencies, reaches, topological } from "../core/graph.ts";
import { cellNode, lower, type Node } from "../core/node.ts";
import { scopePath } from "../core/scope-path.ts";
import { copyOf } from "../core/shape.ts";
import type { CellWrite, Device, RunRequest } from "./device.ts";

/** More updates than this of one cell, recorded and never computed, are a leak. */
export const pendingLimit = 256;

/**
 * Which values are recorded but not computed, and in which order runs happen. Everything about versions is settled when
 * a call is made; the numbers follow in the queue.
 */
export class EngineState {
  #device: Device | (() => Device);
  readonly #pending = new Set<Cell>();
  readonly #kept = new Set<Node>();
  #queue: Promise<unknown> = Promise.resolve();

  /** @param device a device, or what makes it when something is first run. */
  constructor(device: Device | (() => Device)) {
    this.#device = device;
  }

  get device(): Device {
    if (typeof this.#device === "function") this.#device = this.#device();
    return this.#device;
  }

  set device(device: Device) {
    this.#device = device;
  }

  /** The leaf that reads the cell's current version. */
  read(cell: Cell): Node {
    cell.leaf ??= cellNode(cell);
    return cell.leaf;
  }

  /** Records the cell's next version; nothing is computed. @throws ConvsmithError after 256 that nobody asked for. */
  assign(cell: Cell, expression: Node): void {
    if (cell.pending.size >= pendingLimit) {
      throw new ConvsmithError(
        `${cell.name}: ${pendingLimit} updates are recorded and none was computed. Use await on optimizer.step(), loss.item() or data() in the loop.`,
      );
    }
    cell.version++;
    cell.leaf = null;
    cell.pending.set(cell.version, lower(expression));
    this.#pending.add(cell);
  }

  /** Forgets versions that are recorded but not computed. What reads them and is kept or pending is computed first. */
  discard(cell: Cell): void {
    if (cell.pending.size === 0) return;
    const reads = (root: Node) =>
      reaches(
        root,
        dependencies,
        ({ source }) => source?.kind === "cell" && source.cell === cell && cell.pending.has(source.version),
      );
    const others = [...this.#pending].filter((each) => each !== cell).flatMap((each) => [...each.pending.values()]);
    if ([...this.#kept, ...others].some(reads)) {
      void this.#run([], [cell]).catch(() => undefined);
      return;
    }
    cell.pending.clear();
    this.#pending.delete(cell);
  }

  /** The node's value will be there after the cells that it reads have changed. */
  keep(node: Node): void {
    const target = lower(node);
    target.kept = true;
    // A constant reads no cell: it can be had at any time.
    if (!target.value && !target.bound && !isShared(target)) this.#kept.add(target);
  }

  /** Computes nodes, and what has to be computed with them. */
  async values(nodes: readonly Node[]): Promise<(Float32Array | Int32Array)[]> {
    const targets = nodes.map(lower);
    const open = targets.filter((node) => !node.value && !node.bound);
    for (const node of targets) node.readers++;
    try {
      if (open.length > 0) await this.#run(open, []);
      else await this.#queue;
      return targets.map((node) => {
        if (!node.value) throw new ConvsmithError(`${node.op.name}: the run that was to compute it failed`);
        return node.value;
      });
    } finally {
      for (const node of targets) node.readers--;
    }
  }

  /**
   * The numbers of a node, which forgets them: what uses it later computes them again. Where that can't be, since its history
   * is gone or a run in the queue reads it, they are a copy.
   */
  async take(node: Node): Promise<Float32Array | Int32Array> {
    const [values] = await this.values([node]);
    const target = lower(node);
    const needed = target.kept || target.readers > 0 || target.inputs.length === 0;
    if (needed || target.value !== values) return copyOf(values!);
    target.value = null;
    target.bound = false;
    return values!;
  }

  /** Computes the pending versions of cells. */
  async settle(cells: readonly Cell[]): Promise<void> {
    await this.#run(
      [],
      cells.filter((cell) => cell.pending.size > 0),
    );
  }

  /** The numbers of cells at their current versions: copies. */
  async readCells(cells: readonly Cell[]): Promise<(Float32Array | Int32Array)[]> {
    const open = cells.filter((cell) => cell.pending.size > 0);
    if (open.length > 0) await this.#run([], open);
    else await this.#queue;
    return cells.map((cell) => {
      if (cell.storage) return cell.storage.read();
      const initial = cell.initial?.();
      if (!initial) throw new ConvsmithError(`${cell.name}: holds no numbers yet`);
      return initial;
    });
  }

  /** Waits for all runs that are queued. */
  async idle(): Promise<void> {
    await this.#queue;
  }

  #run(outputs: readonly Node[], cells: readonly Cell[]): Promise<void> {
    const bound = this.#bind(outputs, cells);
    const run = this.device.prepare(bound.request);
    const previous = bound.request.writes.map(({ cell, version }) => {
      const before = { cell, stored: cell.storedVersion };
      for (const each of [...cell.pending.keys()]) if (each <= version) cell.pending.delete(each);
      if (cell.pending.size === 0) this.#pending.delete(cell);
      cell.storedVersion = version;
      return before;
    });
    const read = bound.request.order.filter((node) => node.value || node.bound);
    for (const node of read) node.readers++;
    for (const node of bound.request.outputs) {
      node.bound = true;
      this.#kept.delete(node);
    }
    const done = this.#queue.then(async () => {
      try {
        const stale = bound.request.order.find(
          (node) =>
            node.source?.kind === "cell" &&
            node.source.cell.presentVersion !== node.source.version &&
            !bound.resolved.has(node),
        );
        if (stale?.source?.kind === "cell") {
          throw new ConvsmithError(`${stale.source.cell.name}: the run that was to compute it failed`);
        }
        const lost = read.find((node) => !node.value && node.source?.kind !== "data");
        if (lost) throw new ConvsmithError(`${lost.op.name}: the run that was to compute it failed`);
        const values = await run();
        for (const [index, node] of bound.request.outputs.entries()) node.value = values[index]!;
        for (const { cell, version } of bound.request.writes) cell.presentVersion = version;
        for (const node of bound.released) node.inputs = [];
      } catch (error) {
        for (const node of bound.request.outputs) node.bound = false;
        for (const { cell, stored } of previous) this.#rollBack(cell, stored);
        throw error;
      } finally {
        for (const node of read) node.readers--;
      }
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #rollBack(cell: Cell, stored: number): void {
    cell.storedVersion = stored;
    cell.version++;
    cell.leaf = null;
    cell.pending.clear();
    this.#pending.delete(cell);
    // A new number for the old value, so that graphs recorded on the failed version can never read it by mistake.
    if (cell.presentVersion >= 0) cell.storedVersion = cell.presentVersion = cell.version;
  }

  #bind(outputs: readonly Node[], cells: readonly Cell[]) {
    const wantedOutputs = new Set(outputs);
    const writes = new Map<Cell, number>(cells.map((cell) => [cell, cell.version]));
    const alias = (node: Node): Node | null => {
      const { source } = node;
      return source?.kind === "cell" ? (source.cell.pending.get(source.version) ?? null) : null;
    };
    const inputsOf = (node: Node): readonly Node[] => {
      const expression = alias(node);
      return expression ? [expression] : dependencies(node);
    };
    const order: Node[] = [];
    for (let [settled, seen] = [false, 0]; !settled; ) {
      const roots = [...wantedOutputs, ...[...writes].map(([cell, version]) => cell.pending.get(version)!)];
      topological(roots, inputsOf, order);
      settled = true;
      for (; seen < order.length; seen++) {
        const { source } = order[seen]!;
        if (source?.kind !== "cell" || !source.cell.pending.has(source.version)) continue;
        if ((writes.get(source.cell) ?? -1) < source.version) {
          writes.set(source.cell, source.version);
          settled = false;
        }
      }
      const untouched = new Set<Node>();
      const isTouched = (node: Node): boolean =>
        node.source?.kind === "cell"
          ? overwritten(writes, node.source.cell, node.source.version)
          : !isShared(node) && order[node.place] === node;
      const touched = (root: Node): boolean => reaches(root, inputsOf, isTouched, untouched);
      for (const node of this.#kept) {
        if (!wantedOutputs.has(node) && touched(node)) {
          wantedOutputs.add(node);
          settled = false;
        }
      }
      for (const cell of this.#pending) {
        for (const [version, node] of cell.pending) {
          if ((writes.get(cell) ?? -1) < version && touched(node)) {
            writes.set(cell, version);
            settled = false;
          }
        }
      }
    }
    for (const node of order) if (node.source?.kind === "cell") this.#checkFresh(node, order, alias);
    const request: RunRequest = {
      order,
      // As they are now: pending versions are forgotten when the run is queued.
      inputs: order.map((node) => inputsOf(node).map((each) => lower(each).place)),
      outputs: [...wantedOutputs],
      writes: [...writes].map(([cell, version]): CellWrite => ({ cell, version, node: cell.pending.get(version)! })),
    };
    const readsOld = ({ source }: Node) => source?.kind === "cell" && overwritten(writes, source.cell, source.version);
    const released = writes.size > 0 ? request.outputs.filter((root) => reaches(root, inputsOf, readsOld)) : [];
    return { request, released, resolved: new Set(order.filter(alias)) };
  }

  #checkFresh(node: Node, order: readonly Node[], alias: (node: Node) => Node | null): void {
    const { source } = node;
    if (source?.kind !== "cell" || alias(node)) return;
    const { cell, version } = source;
    if (version === cell.storedVersion) return;
    if (cell.storedVersion < 0) throw new ConvsmithError(`${cell.name}: holds no numbers yet`);
    const user = order.find((each) => each.inputs.some((input) => lower(input) === node));
    const path = user?.scope ? scopePath(user.scope) : "";
    throw new StaleTensorError(
      `${user?.op.name ?? "tensor"}${path ? ` in ${path}` : ""}: reads version ${version} of ${cell.name}, which has since been replaced (version ${cell.storedVersion}). Call .keep() before step(), or compute it before.`,
    );
  }
}

function overwritten(writes: ReadonlyMap<Cell, number>, cell: Cell, version: number): boolean {
  const next = writes.get(cell);
  return next !== undefined && next > version;
}

/** Leaves and constants are in graphs that have nothing to do with each other. */
const isShared = ({ op }: Node) => op.kind === "leaf" || (op.kind === "elementwise" && op.arity === 0);
