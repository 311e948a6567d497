import { broadcastShapes, numel } from "../../../../core/shape.ts";
import { functional as F } from "../../../../nn/index.ts";
import type { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import { pad } from "./pad.ts";

/** 0 keeps a size, unless allowzero says that it is one; -1 follows from the others. */
function reshape(call: Call): Tensor {
  const x = call.tensor(0);
  const shape = call.given("shape", 1) ?? call.fail("needs a shape");
  const keep = call.int("allowzero", 0) === 0;
  return x.reshape(shape.map((size, axis) => (size === 0 && keep ? (x.shape[axis] ?? 0) : size)));
}

function flatten(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = call.int("axis", 1);
  const at = axis < 0 ? axis + x.dim : axis;
  // A usual batch: other tools count the op by its name.
  if (at === 1 && x.dim > 1) return x.flatten(1);
  return x.reshape(numel(x.shape.slice(0, at)), numel(x.shape.slice(at)));
}

function squeeze(call: Call): Tensor {
  const x = call.tensor(0);
  const axes = call.given("axes", 1)?.map((axis) => (axis < 0 ? axis + x.dim : axis));
  const wrong = axes?.find((axis) => x.shape[axis] !== 1);
  if (wrong !== undefined) call.fail(`axis ${wrong} of [${x.shape.join(", ")}] has a size other than 1`);
  return x.reshape(x.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)));
}

function unsqueeze(call: Call): Tensor {
  const x = call.tensor(0);
  const given = call.given("axes", 1) ?? call.fail("needs axes");
  const rank = x.dim + given.length;
  const axes = given.map((axis) => (axis < 0 ? axis + rank : axis));
  const sizes = x.shape.values();
  return x.reshape(Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : sizes.next().value!)));
}

/** Both spread out over each other, unlike in PyTorch. */
function expand(call: Call): Tensor {
  const x = call.tensor(0);
  return x.expand(broadcastShapes("expand", [x.shape, call.numbers(1)]));
}

/** Each axis repeated as a whole. */
function tile(call: Call): Tensor {
  const x = call.tensor(0);
  const repeats = call.numbers(1);
  if (repeats.length !== x.dim) call.fail(`needs ${x.dim} repeats, got ${repeats.length}`);
  const apart = x.reshape(x.shape.flatMap((size) => [1, size]));
  const spread = apart.expand(x.shape.flatMap((size, axis) => [repeats[axis]!, size]));
  return spread.reshape(x.shape.map((size, axis) => size * repeats[axis]!));
}

type Picture = [batch: number, channels: number, height: number, width: number];

function blockOf(call: Call): number {
  const block = call.int("blocksize", 0);
  return block >= 1 ? block : call.fail(`needs a blocksize from 1, got ${block}`);
}

function depthToSpace(call: Call): Tensor {
  const x = call.tensor(0);
  const block = blockOf(call);
  const mode = call.text("mode", "DCR");
  if (mode !== "DCR" && mode !== "CRD") call.fail(`mode ${mode} is not known`);
  const [batch, channels, height, width] = call.sizes(0, "[N, C, H, W]") as Picture;
  const depth = channels / block ** 2;
  if (!Number.isInteger(depth)) call.fail(`needs channels divisible by ${block ** 2}, got [${x.shape.join(", ")}]`);
  // With a single channel left, both orders are the same.
  if (mode === "CRD" || depth === 1) return F.pixelShuffle(x, block);
  return x
    .reshape(batch, block, block, depth, height, width)
    .permute(0, 3, 4, 1, 5, 2)
    .reshape(batch, depth, height * block, width * block);
}

function spaceToDepth(call: Call): Tensor {
  const x = call.tensor(0);
  const block = blockOf(call);
  const [batch, channels, height, width] = call.sizes(0, "[N, C, H, W]") as Picture;
  if (height % block !== 0 || width % block !== 0) {
    call.fail(`needs height and width divisible by ${block}, got [${x.shape.join(", ")}]`);
  }
  return x
    .reshape(batch, channels, height / block, block, width / block, block)
    .permute(0, 3, 5, 1, 2, 4)
    .reshape(batch, channels * block ** 2, height / block, width / block);
}

export const movements: Operators = {
  Reshape: { plain: [1], record: reshape },
  Flatten: { record: flatten },
  Squeeze: { plain: [1], record: squeeze },
  Unsqueeze: { plain: [1], record: unsqueeze },
  Expand: { plain: [1], record: expand },
  Tile: { plain: [1], record: tile },
  Pad: { plain: [1, 2, 3], record: pad },
  Transpose: {
    record(call) {
      const x = call.tensor(0);
      return x.permute(call.ints("perm") ?? x.shape.map((_, axis) => x.dim - 1 - axis));
    },
  },
  DepthToSpace: { record: depthToSpace },
  SpaceToDepth: { record: spaceToDepth },
};
