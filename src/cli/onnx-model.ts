import type { Network } from "../analysis/index.ts";
import type { Shape } from "../core/shape.ts";
import { UsageError } from "./errors.ts";
import type { FoundModel } from "./model.ts";
import { sizesOf } from "./model-options.ts";

/** What a command may ask that an ONNX graph can't answer. */
export interface OnnxRequest {
  readonly dim?: readonly string[] | undefined;
  readonly convention?: string | undefined;
  readonly explain?: string | undefined;
  readonly fold?: boolean | undefined;
}

/** Tools that count by the classes of PyTorch's modules. */
const byModules = ["thop", "thop-head", "ptflops", "calflops"];

/** The graph with its weights: the file says all. @throws UsageError for what is asked of PyTorch's modules. */
export async function fromOnnx(path: string, input: Shape | undefined, request: OnnxRequest): Promise<FoundModel> {
  const { dim, convention, explain, fold } = request;
  const counting = [convention, explain].find((each) => each !== undefined && byModules.includes(each));
  if (counting !== undefined) {
    throw new UsageError(
      `${path}: ${counting} counts by PyTorch's modules, which an ONNX graph does not have. Use exact, torchvision, fvcore, ptflops-aten, onnx-tool or google.`,
    );
  }
  if (fold) throw new UsageError(`${path}: --fold is for networks of PyTorch's modules, not for an ONNX graph yet`);
  if (dim && input) throw new UsageError("--input gives all sizes: leave --dim out");
  // Its reader is loaded for such a file only.
  const { inputShapeOf, openOnnxNetwork } = await import("../formats/onnx/network/node.ts");
  const network = await openOnnxNetwork(path);
  const make = async () => (await openOnnxNetwork(path)) as Network;
  return { name: path, network: network as Network, inputShape: input ?? inputShapeOf(network, sizesOf(dim)), make };
}
