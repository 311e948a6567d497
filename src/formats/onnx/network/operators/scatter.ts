import { dataOp, Node } from "../../../../core/node.ts";
import { numel, type Shape, sameShape } from "../../../../core/shape.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import type { Value } from "../value.ts";
import { product } from "./reduction.ts";

/** Places in a flattened tensor. */
interface Places {
  readonly count: number;
  readonly tensor: Tensor;
  /** Null: they are computed when the network runs. */
  readonly at: ((number: number) => number) | null;
}

/** float32, in which places are computed, counts no further without gaps. */
const mostPlaces = 2 ** 24;
/** Elements times updates of a product, a minimum or a maximum, which looks at all of them. */
const mostPairs = 2 ** 24;

/** Whole numbers that are made when the network runs: the shapes that a file tells may be of any size. */
function integers(length: number, make: () => Int32Array): Tensor {
  let data: Int32Array | null = null;
  const source = {
    kind: "data" as const,
    get data() {
      data ??= make();
      return data;
    },
  };
  return new Tensor(new Node(dataOp, [], {}, [length], "int32", source));
}

const counted = (length: number, at: (number: number) => number): Tensor =>
  integers(length, () => Int32Array.from({ length }, (_, number) => at(number)));

const known = (count: number, at: (number: number) => number): Places => ({ count, tensor: counted(count, at), at });

/** Of a row-major tensor. */
const stridesOf = (shape: Shape): number[] => shape.map((_, axis) => numel(shape.slice(axis + 1)));

/** base + Σ index · stride for each of `rows` of an index for each of `sizes`, where one below 0 counts from the end. */
function placesOf(
  call: Call,
  index: Value,
  rows: number,
  base: (row: number) => number,
  sizes: readonly number[],
  strides: readonly number[],
): Places {
  const rank = sizes.length;
  if (index.numbers) {
    const offsets = new Float64Array(rows);
    for (const [number, given] of index.numbers.entries()) {
      const [row, axis] = [Math.floor(number / rank), number % rank];
      const size = sizes[axis]!;
      const at = given < 0 ? given + size : given;
      if (!(at >= 0 && at < size)) call.fail(`index ${given} is outside of an axis of ${size} elements`);
      offsets[row]! += at * strides[axis]!;
    }
    return known(rows, (row) => base(row) + offsets[row]!);
  }
  const table = index.tensor.to("int32").reshape([rows, rank]);
  const tensor = sizes.reduce(
    (sum: Tensor, size, axis) => {
      const given = table.narrow(1, axis, 1).reshape([rows]);
      const at = given.lt(0).where(given.add(size), given);
      return sum.add(at.mul(strides[axis]!)).to("int32");
    },
    counted(rows, base),
  );
  return { count: rows, tensor, at: null };
}

/** The places of `inner` elements from each of these on. */
function slicesAt({ count, tensor, at }: Places, inner: number): Places {
  const all = count * inner;
  if (at) return known(all, (number) => at(Math.floor(number / inner)) + (number % inner));
  const steps = counted(inner, (step) => step).reshape([1, inner]);
  return { count: all, tensor: tensor.reshape([count, 1]).add(steps).to("int32").reshape([all]), at: null };
}

/** x with its elements at these places replaced by the updates, which have this shape, or combined with them. */
function scattered(call: Call, places: Places, shape: Shape): Tensor {
  const x = call.tensor(0);
  const updates = call.tensor(2);
  const { count, tensor } = places;
  if (!sameShape(updates.shape, shape))
    call.fail(`needs updates of the shape [${shape.join(", ")}], got [${updates.shape.join(", ")}]`);
  const source = updates.to(x.dtype).reshape([count]);
  const flat = x.reshape([x.numel]);
  const how = call.text("reduction", "none");
  if (!["none", "add", "mul", "min", "max"].includes(how)) call.refuse(`reduction ${how} is not supported`);
  if (count === 0) return x;
  if (how === "none" && places.at) return replaced(flat, count, places.at, source).reshape(x.shape);
  if (flat.numel > mostPlaces) call.refuse(`at most ${mostPlaces} elements are supported, got ${flat.numel}`);
  if (how === "add") return flat.scatterAdd(0, tensor, source).reshape(x.shape);
  if (how === "none") return replacedLater(flat, tensor, source).reshape(x.shape);
  if (flat.numel * count > mostPairs)
    call.refuse(`${how} of ${count} updates in ${flat.numel} elements: at most ${mostPairs} pairs are supported`);
  return combined(how, flat, tensor, source).to(x.dtype).reshape(x.shape);
}

/** Of several updates of a place, the last one stays. */
function replaced(x: Tensor, count: number, at: (update: number) => number, source: Tensor): Tensor {
  // An element that nothing replaces takes the first update, and leaves it.
  const from = integers(x.numel, () => {
    const found = new Int32Array(x.numel);
    for (let update = 0; update < count; update++) found[at(update)] = update;
    return found;
  });
  const here = integers(x.numel, () => {
    const found = new Int32Array(x.numel);
    for (let update = 0; update < count; update++) found[at(update)] = 1;
    return found;
  });
  return here.gt(0).where(source.gather(0, from), x);
}

/** ONNX leaves open what several updates of a place give: it is their sum. */
function replacedLater(x: Tensor, at: Tensor, source: Tensor): Tensor {
  const none = filled(x, 0);
  const here = none.scatterAdd(0, at, filled(source, 1)).gt(0);
  return here.where(none.scatterAdd(0, at, source), x);
}

const filled = (like: Tensor, value: number): Tensor => new Tensor(ops.full(like.shape, value)).to(like.dtype);

/** Each element with all updates of its place: a table of elements and updates tells which. */
function combined(how: string, x: Tensor, at: Tensor, source: Tensor): Tensor {
  const rows = x.reshape([x.numel, 1]);
  const columns = source.reshape([1, source.numel]);
  const here = counted(x.numel, (place) => place)
    .reshape([x.numel, 1])
    .eq(at.reshape([1, source.numel]));
  if (how === "mul") return x.mul(product(here.where(columns, 1), [1], false));
  if (how === "max") return here.where(columns, rows).amax(1);
  return here.where(columns.neg(), rows.neg()).amax(1).neg();
}

/** How many indices tell an element, or a slice, and for which they are. */
function rowsOf(call: Call, { tensor: { shape } }: Value): { readonly outer: Shape; readonly rank: number } {
  const rank = shape.at(-1) ?? call.fail("needs indices of at least one axis");
  return rank >= 1 ? { outer: shape.slice(0, -1), rank } : call.fail("needs at least one index for an element, got 0");
}

/** An update for each slice that a row of the index names. */
function scatterNd(call: Call): Tensor {
  const { shape } = call.tensor(0);
  const index = call.value(1);
  const { outer, rank } = rowsOf(call, index);
  if (rank > shape.length) call.fail(`needs at most ${shape.length} indices for an element, got ${rank}`);
  const rest = shape.slice(rank);
  const places = placesOf(call, index, numel(outer), () => 0, shape.slice(0, rank), stridesOf(shape).slice(0, rank));
  return scattered(call, slicesAt(places, numel(rest)), [...outer, ...rest]);
}

/** The slice that each row of the index names; the first `batch_dims` axes of both are gone through together. */
function gatherNd(call: Call): Tensor {
  const x = call.tensor(0);
  const { shape } = x;
  const index = call.value(1);
  const batch = call.int("batch_dims", 0);
  const { outer, rank } = rowsOf(call, index);
  if (batch < 0 || batch > outer.length || batch + rank > shape.length)
    call.fail(`needs at most ${shape.length} indices and batch axes for an element, got ${batch + rank}`);
  const batches = shape.slice(0, batch);
  if (!sameShape(outer.slice(0, batch), batches))
    call.fail(`needs ${batch} batch axes [${batches.join(", ")}], got indices [${outer.join(", ")}, ${rank}]`);
  if (!index.numbers && x.numel > mostPlaces)
    call.refuse(`at most ${mostPlaces} elements are supported, got ${x.numel}`);
  const strides = stridesOf(shape);
  const each = numel(outer.slice(batch));
  const base = (row: number) => Math.floor(row / each) * (strides[batch - 1] ?? 0);
  const axes = [batch, batch + rank] as const;
  const rest = shape.slice(batch + rank);
  const rows = placesOf(call, index, numel(outer), base, shape.slice(...axes), strides.slice(...axes));
  return x
    .reshape([x.numel])
    .gather(0, slicesAt(rows, numel(rest)).tensor)
    .reshape([...outer, ...rest]);
}

/** An update for each index, which counts along one axis. */
function scatterElements(call: Call): Tensor {
  const { shape } = call.tensor(0);
  const index = call.value(1);
  const own = index.tensor.shape;
  const given = call.int("axis", 0);
  const axis = given < 0 ? given + shape.length : given;
  if (own.length !== shape.length || shape[axis] === undefined)
    call.fail(`needs indices of ${shape.length} axes, got the shape [${own.join(", ")}] and axis ${given}`);
  const long = own.findIndex((size, each) => each !== axis && size > shape[each]!);
  if (long >= 0) call.fail(`has more indices along axis ${long} than elements`);
  const strides = stridesOf(shape);
  const steps = stridesOf(own);
  const base = (row: number) =>
    own.reduce((sum, size, each) => {
      const position = Math.floor(row / steps[each]!) % size;
      return each === axis ? sum : sum + position * strides[each]!;
    }, 0);
  return scattered(call, placesOf(call, index, numel(own), base, [shape[axis]!], [strides[axis]!]), own);
}

export const scatters: Operators = {
  ScatterND: { record: scatterNd },
  ScatterElements: { record: scatterElements },
  Scatter: { record: scatterElements },
  GatherND: { record: gatherNd },
};
