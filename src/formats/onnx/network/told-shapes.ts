import type { Shape } from "../../../core/shape.ts";
import type { Graph } from "../model_pb.ts";
import type { Value } from "../value_pb.ts";
import { kindOf } from "./known-tensor.ts";
import type { Kind } from "./value.ts";

/** A size of a tensor: a number, a name that stands for one, or null where the file does not say it. */
export type Dimension = number | string | null;

/** 0 and -1 are how exporters write that a size is not known. */
export const dimensionsOf = ({ type }: Value): readonly Dimension[] | null =>
  type?.tensorType?.shape?.dim.map(({ dimValue, dimParam }) => {
    return dimParam || (dimValue === -1n ? null : Number(dimValue) || null);
  }) ?? null;

export interface Told {
  readonly shape: Shape;
  readonly kind: Kind;
}

/** What a file says of the shapes of its tensors, for behind an operator that is not known. */
export class ToldShapes {
  readonly #told: ReadonlyMap<string, Value>;

  constructor({ valueInfo, output }: Graph) {
    this.#told = new Map([...valueInfo, ...output].map((each) => [each.name, each]));
  }

  /** For these shapes of the inputs: they say what names stand for. Nothing is told where the file is for other sizes. */
  for(
    inputs: readonly (readonly [declared: readonly Dimension[] | null, given: Shape])[],
  ): (name: string) => Told | null {
    const sizes = new Map<string, number>();
    for (const [declared, given] of inputs) {
      for (const [axis, each] of (declared ?? []).entries()) {
        if (typeof each === "string") sizes.set(each, given[axis]!);
        else if (each !== null && each !== given[axis]) return () => null;
      }
    }
    return (name) => {
      const value = this.#told.get(name);
      const shape = value && dimensionsOf(value)?.map((each) => (typeof each === "string" ? sizes.get(each) : each));
      // The shape of a rank that is not told is empty, too.
      if (!shape?.length || !shape.every((size) => typeof size === "number" && size > 0)) return null;
      return { shape: shape as number[], kind: kindOf(value!.type!.tensorType!.elemType) };
    };
  }
}
