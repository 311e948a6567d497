import type { Operators } from "../operator.ts";
import { activations } from "./activation.ts";
import { arithmetic } from "./arithmetic.ts";
import { comparisons } from "./comparison.ts";
import { constants } from "./constant.ts";
import { convolutions } from "./convolution.ts";
import { linears } from "./linear.ts";
import { movements } from "./movement.ts";
import { normalizations } from "./normalization.ts";
import { pools } from "./pooling.ts";
import { quantizations } from "./quantization.ts";
import { reductions } from "./reduction.ts";
import { resizes } from "./resize.ts";
import { scatters } from "./scatter.ts";
import { selections } from "./selection.ts";

/** Every operator of ONNX that runs, by its name there. */
export const operators: Operators = {
  ...convolutions,
  ...linears,
  ...normalizations,
  ...pools,
  ...activations,
  ...arithmetic,
  ...comparisons,
  ...reductions,
  ...resizes,
  ...movements,
  ...selections,
  ...scatters,
  ...quantizations,
  ...constants,
};
