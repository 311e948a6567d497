import { describe, expect, it } from "vitest";
import "../../../index.ts";
import { backendCases, backendMissing, runBackendCase } from "../../../testing/onnx-backend.ts";

/** What is refused, and how: one line that names it. */
const refused: readonly (readonly [cases: RegExp, message: RegExp])[] = [
  [/_select_last_index/, /select_last_index 1 is not supported/],
  [/^test_(averagepool|maxpool|convtranspose)_3d/, /needs \[N, C, H, W\] or \[N, C, L\]/],
  [/^test_batchnorm_.*_training_mode/, /training_mode 1 is not supported/],
  [/_STRING/, /elements of strings, which are not read/],
  [/^test_dropout_default_mask/, /output 1 of Dropout y, which is not supported/],
  [/^test_maxpool_with_argmax_2d_precomputed_pads/, /output 1 of MaxPool y, which is not supported/],
  [/^test_maxpool_with_argmax_2d_precomputed_strides/, /storage_order 1 is not supported/],
  [/^test_reduce_prod/, /its input "data" must be known before the network runs/],
  [/^test_resize_tf_crop_and_resize/, /coordinate_transformation_mode tf_crop_and_resize is not supported/],
  [/^test_training_dropout/, /training_mode 1 is not supported/],
  // Its inputs are no tensors.
  [/^test_identity_(opt|sequence)/, /needs \d+ bytes, but has 0/],
];

/** Where the test's numbers are not what is compared. */
const aside = [
  // bfloat16 is stored there as whole numbers of 16 bits.
  /^test_cast(like)?_.*BFLOAT16/,
  // Corners are aligned there by sizes with a fraction; ours are by the output size, as in PyTorch.
  /^test_resize_downsample_scales_(linear|cubic)_align_corners/,
];

const note = backendMissing ? " (skipped: no ONNX node tests; set CONVSMITH_ONNX_NODE_TESTS)" : "";
const cases = backendCases().filter((name) => !aside.some((each) => each.test(name)));
const refusal = (name: string) => refused.find(([pattern]) => pattern.test(name))?.[1];

describe.skipIf(backendMissing)(`ONNX's tests of its operators${note}`, () => {
  it("there are hundreds of them", () => expect(cases.length).toBeGreaterThan(400));

  it.each(cases.filter((name) => !refusal(name)))("%s", async (name) => {
    const results = await runBackendCase(name);
    expect(results.length).toBeGreaterThan(0);
    for (const { actual, expected, shapes } of results) {
      expect(shapes[0]).toBe(shapes[1]);
      // The tolerance of ONNX's own runner.
      const wrong = Array.from(expected).findIndex((each, at) => {
        const same = actual[at] === each || (Number.isNaN(actual[at]) && Number.isNaN(each));
        return !same && !(Math.abs(actual[at]! - each) <= 1e-7 + 1e-3 * Math.abs(each));
      });
      expect(wrong, wrong < 0 ? "" : `${actual[wrong]} at ${wrong}, not ${expected[wrong]}`).toBe(-1);
    }
  });

  it.each(cases.filter(refusal))("%s is refused", async (name) => {
    await expect(runBackendCase(name)).rejects.toThrow(refusal(name));
  });
});
