import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Generator } from "../core/generator.ts";
import { writeImage } from "../data/node.ts";

const shapes = {
  disc: (x: number, y: number) => x * x + y * y < 1,
  cross: (x: number, y: number) => Math.min(Math.abs(x), Math.abs(y)) < 0.3 && Math.max(Math.abs(x), Math.abs(y)) < 1,
  stripes: (_: number, y: number) => Math.abs(y) < 1 && Math.floor((y + 1) * 3) % 2 === 0,
} as const;

/** A folder of three classes that differ in what is drawn: in its place, size and colours every picture is another. */
export async function writeShapes(folder: string, perClass: number, side: number, seed = 0): Promise<void> {
  const random = new Generator(seed);
  const uniform = (from: number, to: number) => from + ((to - from) * random.next()) / 2 ** 32;
  for (const [name, inside] of Object.entries(shapes)) {
    await mkdir(join(folder, name), { recursive: true });
    for (let index = 0; index < perClass; index++) {
      const [x, y, size] = [uniform(0.4, 0.6) * side, uniform(0.4, 0.6) * side, uniform(0.25, 0.4) * side];
      const colours = [0, 1].map((at) => [0, 1, 2].map(() => Math.floor(uniform(at * 150, at * 150 + 100))));
      const width = side + Math.floor(uniform(0, 20));
      const data = new Uint8Array(3 * width * side);
      for (let at = 0; at < data.length; at++) {
        const pixel = Math.floor(at / 3);
        const within = inside(((pixel % width) - x) / size, (Math.floor(pixel / width) - y) / size);
        data[at] = colours[within ? 1 : 0]![at % 3]! + Math.floor(uniform(0, 12));
      }
      await writeImage(join(folder, name, `${index}.png`), { width, height: side, channels: 3, bits: 8, data });
    }
  }
}
