import { ConvsmithError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";

/** More numbers than this have no place in a source file. */
const most = 4096;

/** Tensors of numbers that a forward uses and that are no parameters: buffers that state_dict leaves out. */
export class Constants {
  readonly lines: string[] = [];

  /** @throws ConvsmithError for more numbers than a source file should hold. */
  take(shape: Shape, data: ArrayLike<number>, block: string): string {
    if (data.length > most) {
      throw new ConvsmithError(
        `${block}: uses ${data.length} fixed numbers, more than ${most}, which are no parameter. Make them an nn.Buffer.`,
      );
    }
    const name = `constant${this.lines.length + 1}`;
    const type = data instanceof Int32Array ? ", dtype=torch.int32" : "";
    this.lines.push(`self.register_buffer("${name}", torch.tensor(${nested(shape, data)}${type}), persistent=False)`);
    return `self.${name}`;
  }
}

function nested(shape: Shape, data: ArrayLike<number>, start = 0): string {
  const [size, ...rest] = shape;
  if (size === undefined) return numberOf(data[start]!);
  const step = rest.reduce((product, each) => product * each, 1);
  return `[${Array.from({ length: size }, (_, at) => nested(rest, data, start + at * step)).join(", ")}]`;
}

const numberOf = (value: number) =>
  Number.isFinite(value) ? String(value) : `float("${Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"}")`;
