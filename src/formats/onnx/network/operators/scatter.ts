import { dataNode } from "../../../../core/node.ts";
import { numel, type Shape } from "../../../../core/shape.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import type { Value } from "../value.ts";
import { product } from "./reduction.ts";

/** Places in a flattened tensor: known, or computed when the network runs. */
type Places = readonly number[] | Tensor;

/** float32, in which places are computed, counts no further without gaps. */
const mostPlaces = 2 ** 24;
/** Elements times updates of a product, a minimum or a maximum, which looks at all of them. */
const mostPairs = 2 ** 24;

const integers = (numbers: Iterable<number>, length: number): Tensor =>
  new Tensor(dataNode(Int32Array.from(numbers), [length]));

const tensorOf = (places: Places): Tensor => (places instanceof Tensor ? places : integers(places, places.length));

/** Of a row-major tensor. */
const stridesOf = (shape: Shape): number[] => shape.map((_, axis) => numel(shape.slice(axis + 1)));

/** base + Σ index · stride; each row of `index` has an index for each of `sizes`, where one below 0 counts from the end. */
function placesOf(
  call: Call,
  index: Value,
  base: readonly number[],
  sizes: readonly number[],
  strides: readonly number[],
): Places {
  const rank = sizes.length;
  const { numbers } = index;
  if (numbers) {
    return base.map((from, row) =>
      sizes.reduce((sum, size, axis) => {
        const given = numbers[row * rank + axis]!;
        const at = given < 0 ? given + size : given;
        if (!(at >= 0 && at < size)) call.fail(`index ${given} is outside of an axis of ${size} elements`);
        return sum + at * strides[axis]!;
      }, from),
    );
  }
  const rows = index.tensor.to("int32").reshape([base.length, rank]);
  return sizes.reduce(
    (sum: Tensor, size, axis) => {
      const given = rows.narrow(1, axis, 1).reshape([base.length]);
      const at = given.lt(0).where(given.add(size), given);
      return sum.add(at.mul(strides[axis]!)).to("int32");
    },
    integers(base, base.length),
  );
}

/** The places of `inner` elements from each of these on. */
function slicesAt(places: Places, inner: number): Places {
  const steps = Array.from({ length: inner }, (_, step) => step);
  if (!(places instanceof Tensor)) return places.flatMap((from) => steps.map((step) => from + step));
  const count = places.numel;
  return places
    .reshape([count, 1])
    .add(integers(steps, inner).reshape([1, inner]))
    .to("int32")
    .reshape([count * inner]);
}

/** x with its elements at these places replaced by the updates, or combined with them. */
function scattered(call: Call, places: Places, updates: Tensor): Tensor {
  const x = call.tensor(0);
  const count = places instanceof Tensor ? places.numel : places.length;
  if (updates.numel !== count) call.fail(`needs ${count} updates, got the shape [${updates.shape.join(", ")}]`);
  const source = updates.to(x.dtype).reshape([count]);
  const flat = x.reshape([x.numel]);
  const how = call.text("reduction", "none");
  if (!["none", "add", "mul", "min", "max"].includes(how)) call.refuse(`reduction ${how} is not supported`);
  if (count === 0) return x;
  if (how === "none" && !(places instanceof Tensor)) return replaced(flat, places, source).reshape(x.shape);
  if (flat.numel > mostPlaces) call.refuse(`at most ${mostPlaces} elements are supported, got ${flat.numel}`);
  const at = tensorOf(places);
  if (how === "add") return flat.scatterAdd(0, at, source).reshape(x.shape);
  if (how === "none") return replacedLater(flat, at, source).reshape(x.shape);
  if (flat.numel * count > mostPairs)
    call.refuse(`${how} of ${count} updates in ${flat.numel} elements: at most ${mostPairs} pairs are supported`);
  return combined(how, flat, at, source).to(x.dtype).reshape(x.shape);
}

/** Of several updates of a place, the last one stays. */
function replaced(x: Tensor, places: readonly number[], source: Tensor): Tensor {
  const from = new Int32Array(x.numel);
  const here = new Int32Array(x.numel);
  for (const [update, place] of places.entries()) {
    from[place] = update;
    here[place] = 1;
  }
  return integers(here, x.numel)
    .gt(0)
    .where(source.gather(0, integers(from, x.numel)), x);
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
  const here = integers(new Array(x.numel).keys(), x.numel)
    .reshape([x.numel, 1])
    .eq(at.reshape([1, source.numel]));
  if (how === "mul") return x.mul(product(here.where(columns, 1), [1], false));
  if (how === "max") return here.where(columns, rows).amax(1);
  return here.where(columns.neg(), rows.neg()).amax(1).neg();
}

/** An update for each slice that a row of the index names. */
function scatterNd(call: Call): Tensor {
  const { shape } = call.tensor(0);
  const index = call.value(1);
  const rank = index.tensor.shape.at(-1) ?? call.fail("needs indices of at least one axis");
  if (rank > shape.length) call.fail(`needs at most ${shape.length} indices for an element, got ${rank}`);
  const base = new Array<number>(numel(index.tensor.shape.slice(0, -1))).fill(0);
  const places = placesOf(call, index, base, shape.slice(0, rank), stridesOf(shape).slice(0, rank));
  return scattered(call, slicesAt(places, numel(shape.slice(rank))), call.tensor(2));
}

/** The slice that each row of the index names; the first `batch_dims` axes of both are gone through together. */
function gatherNd(call: Call): Tensor {
  const x = call.tensor(0);
  const { shape } = x;
  const index = call.value(1);
  const batch = call.int("batch_dims", 0);
  const outer = index.tensor.shape.slice(0, -1);
  const rank = index.tensor.shape.at(-1) ?? call.fail("needs indices of at least one axis");
  if (batch < 0 || batch > outer.length || batch + rank > shape.length)
    call.fail(`needs at most ${shape.length} indices and batch axes for an element, got ${batch + rank}`);
  if (!index.numbers && x.numel > mostPlaces)
    call.refuse(`at most ${mostPlaces} elements are supported, got ${x.numel}`);
  const strides = stridesOf(shape);
  const each = numel(outer.slice(batch));
  const base = Array.from({ length: numel(outer) }, (_, row) => Math.floor(row / each) * (strides[batch - 1] ?? 0));
  const axes = [batch, batch + rank] as const;
  const rest = shape.slice(batch + rank);
  const places = slicesAt(placesOf(call, index, base, shape.slice(...axes), strides.slice(...axes)), numel(rest));
  return x
    .reshape([x.numel])
    .gather(0, tensorOf(places))
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
  const strides = stridesOf(shape);
  const steps = stridesOf(own);
  const base = Array.from({ length: numel(own) }, (_, at) =>
    own.reduce((sum, size, each) => {
      const position = Math.floor(at / steps[each]!) % size;
      if (each !== axis && position >= shape[each]!) call.fail(`has more indices along axis ${each} than elements`);
      return each === axis ? sum : sum + position * strides[each]!;
    }, 0),
  );
  return scattered(call, placesOf(call, index, base, [shape[axis]!], [strides[axis]!]), call.tensor(2));
}

export const scatters: Operators = {
  ScatterND: { record: scatterNd },
  ScatterElements: { record: scatterElements },
  Scatter: { record: scatterElements },
  GatherND: { record: gatherNd },
};
