import type { KernelStep, Layout, Target } from "../../core/kernel.ts";
import type { Shape } from "../../core/shape.ts";
import { FunctionBuilder, type Local } from "./assembler.ts";
import { encodeModule } from "./module.ts";

/** About how many elements of border one piece zeroes. */
const pieceElements = 16384;

/**
 * Zeroes what surrounds the planes of a channelsLast [N, C, H, W] buffer (`output` 0), and leaves the planes alone. The
 * border's width is read from the layout. There are no pieces where there is no border.
 */
export function borderStep(spec: {
  readonly label: string;
  readonly shape: Shape;
  readonly layout: Layout;
  readonly target: Target;
}): KernelStep {
  const { layout, target } = spec;
  const [images, channels, height, width] = spec.shape as [number, number, number, number];
  const image = images > 0 ? layout.size / images : 0;
  const rowStride = layout.strides[2]!;
  const head = layout.offset;
  const gap = rowStride - width * channels;
  const tail = image - head - (height - 1) * rowStride - width * channels;
  const zeros = head + (height - 1) * gap + tail;
  const imagesPerPiece = Math.max(1, Math.floor(pieceElements / Math.max(zeros, 1)));
  return {
    label: spec.label,
    key: "border",
    emit: () => emit(target),
    arguments: [
      { buffer: "output", index: 0 },
      images,
      imagesPerPiece,
      image * 4,
      head * 4,
      gap * 4,
      tail * 4,
      height - 1,
      width * channels * 4,
    ],
    pieces: zeros === 0 ? 0 : Math.ceil(images / imagesPerPiece),
  };
}

function emit(target: Target): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [block, first, last] = f.parameters as [Local, Local, Local];
  const words = f.locals("i32", 9);
  for (const [index, word] of words.entries())
    f.get(block)
      .load("i32.load", index * 4)
      .set(word);
  const [buffer, images, imagesPerPiece, image, head, gap, tail, gaps, inside] = words as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const [from, to, at, row, start] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  f.get(first).mul(imagesPerPiece).set(from);
  f.get(last).mul(imagesPerPiece).set(to);
  f.min(to, images).set(to);
  f.for(at, from, to, 1, () => {
    f.get(buffer).get(at).mul(image).op("i32.add").tee(start).get(head).call(1);
    f.get(start).add(head).add(inside).set(start);
    f.for(row, 0, gaps, 1, () => {
      f.get(start).get(gap).call(1);
      f.get(start).add(gap).add(inside).set(start);
    });
    f.get(start).get(tail).call(1);
  });
  return encodeModule([f, zeroFunction()], target.memory);
}

/** zero(address, bytes): bytes is a multiple of 4. */
function zeroFunction(): FunctionBuilder {
  const f = new FunctionBuilder("zero", ["i32", "i32"]);
  const [address, bytes] = f.parameters as [Local, Local];
  for (const [size, store] of [
    [16, () => f.get(address).i32x4(0).store("v128.store")],
    [4, () => f.get(address).i32(0).store("i32.store")],
  ] as const) {
    f.whileAtLeast(bytes, size, () => {
      store();
      f.advance(address, size);
    });
  }
  return f;
}
