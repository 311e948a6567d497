import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeImage } from "../data/node.ts";
import { parseSafetensors } from "../formats/node.ts";

/** Writes `count` small pictures with waves of their own; `shift` gives others. */
export async function writePictures(folder: string, count: number, side: number, shift = 0): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    const data = new Uint8Array(3 * side * side);
    for (let at = 0; at < data.length; at++) {
      const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
      const wave = Math.sin(((index + 1) * x) / 3 + shift) + Math.cos(((at % 3) + 1) * (y / 5) + index);
      data[at] = Math.round(127 + 60 * wave);
    }
    await writeImage(join(folder, `${index}.png`), { width: side, height: side, channels: 3, bits: 8, data });
  }
}

/** A folder of two classes that differ in their waves. */
export async function writeClasses(folder: string, perClass = 10, side = 12): Promise<void> {
  await writePictures(join(folder, "calm"), perClass, side);
  await writePictures(join(folder, "wild"), perClass, side, 2);
}

/** MNIST's four files, of `count` small digits to train on and half as many to judge by. */
export async function writeDigits(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const idx = (shape: readonly number[], data: Uint8Array) => {
    const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
    header.setUint32(0, 0x0800 + shape.length);
    for (const [axis, size] of shape.entries()) header.setUint32(4 + 4 * axis, size);
    return Buffer.concat([new Uint8Array(header.buffer), data]);
  };
  for (const [stem, size] of [["train", count] as const, ["t10k", count >> 1] as const]) {
    const labels = Uint8Array.from({ length: size }, (_, index) => (index * 7) % 10);
    const pixels = Uint8Array.from({ length: size * 784 }, (_, at) => {
      const digit = labels[Math.floor(at / 784)]!;
      return Math.round(127 + 60 * Math.sin((at % 28) * (digit + 1) * 0.1) + 60 * Math.cos((at % 784) / (30 + digit)));
    });
    await writeFile(join(folder, `${stem}-images-idx3-ubyte`), idx([size, 28, 28], pixels));
    await writeFile(join(folder, `${stem}-labels-idx1-ubyte`), idx([size], labels));
  }
}

/** A user's network with everything that has a state: batch norm's running statistics and dropout's counter. */
export const networkSource = `import { BatchNorm2d, Conv2d, Dropout, Flatten, Linear, ReLU, Sequential } from "convsmith/nn";

export const input = [3, 12, 12] as const;

export default ({ classes }: { classes: number }) =>
  new Sequential(
    new Conv2d(3, 8, 3, { stride: 2, padding: 1 }),
    new BatchNorm2d(8),
    new ReLU(),
    new Flatten(),
    new Dropout(0.25),
    new Linear(8 * 6 * 6, classes),
  );
`;

export async function writeNetwork(path: string, source = networkSource): Promise<void> {
  await writeFile(path, source);
}

/** Every byte that a run must come to again, and its log without times. */
export async function runState(folder: string) {
  const bytes = (name: string) => readFile(join(folder, name));
  const tensors = async (name: string) =>
    Object.fromEntries(
      [...parseSafetensors(await bytes(name), name).tensors].map(([key, { data }]) => [
        key,
        Buffer.from(data).toString("hex"),
      ]),
    );
  const lines = (await bytes("metrics.jsonl")).toString().trim().split("\n");
  const log = lines.map((line) => ({ ...JSON.parse(line), seconds: 0 }));
  return { checkpoint: await tensors("checkpoint.safetensors"), model: await tensors("model.safetensors"), log };
}
