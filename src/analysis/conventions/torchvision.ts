import { ofMacs } from "./convention.ts";
import { multiplyAccumulates } from "./measures.ts";

/** The `_ops` of torchvision's weights, which its pages call GFLOPS. */
export const torchvision = ofMacs(
  "torchvision",
  "multiply-accumulates of convolutions and matrix products alone; a bias, batch norm, activation or pooling is 0",
  multiplyAccumulates,
);
