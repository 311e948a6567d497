import { ConvsmithError } from "../../../core/errors.ts";
import { pythonFloat } from "../../../core/pytorch.ts";
import type { Shape } from "../../../core/shape.ts";

/** More numbers than this have no place in a source file. */
const most = 4096;

/** Tensors of numbers that a forward uses and that are no parameters: buffers that state_dict leaves out. */
export class Constants {
  readonly lines: string[] = [];
  /** By what they are: a block that is called twice has the same ones. */
  readonly #names = new Map<string, string>();

  /** @throws ConvsmithError for more numbers than a source file should hold. */
  take(shape: Shape, data: ArrayLike<number>, block: string): string {
    if (data.length > most) {
      throw new ConvsmithError(
        `${block}: uses ${data.length} fixed numbers, more than ${most}, which are no parameter. Make them an nn.Buffer.`,
      );
    }
    const [type, write] = data instanceof Int32Array ? [", dtype=torch.int32", String] : ["", pythonFloat];
    const made = `torch.tensor(${nested(shape, Array.from(data, write))}${type})`;
    const known = this.#names.get(made);
    if (known !== undefined) return known;
    const name = `constant${this.lines.length + 1}`;
    this.lines.push(`self.register_buffer("${name}", ${made}, persistent=False)`);
    this.#names.set(made, `self.${name}`);
    return `self.${name}`;
  }
}

function nested(shape: Shape, numbers: readonly string[], start = 0): string {
  const [size, ...rest] = shape;
  if (size === undefined) return numbers[start]!;
  const step = rest.reduce((product, each) => product * each, 1);
  return `[${Array.from({ length: size }, (_, at) => nested(rest, numbers, start + at * step)).join(", ")}]`;
}
