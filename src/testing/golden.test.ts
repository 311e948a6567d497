import { describe, expect, test } from "vitest";
import { goldenCases } from "./golden.ts";
import { checkGolden } from "./golden-run.ts";

describe("what is not understood fails", () => {
  const [relu] = goldenCases("activation");

  test("an op", async () => {
    await expect(checkGolden({ ...relu!, op: "erosion" })).rejects.toThrow("op erosion is not understood");
  });

  test("an attribute", async () => {
    const attrs = { ...relu!.attrs, inplace: true };
    await expect(checkGolden({ ...relu!, attrs })).rejects.toThrow("attributes inplace are not understood");
  });

  test("a tensor", async () => {
    const tensors = new Map([...relu!.tensors, ["grad_weight", relu!.tensors.get("grad_input")!]]);
    await expect(checkGolden({ ...relu!, tensors })).rejects.toThrow("grad_weight is not understood");
  });

  test("a wrong number", async () => {
    const output = relu!.tensors.get("output")!;
    const tensors = new Map([...relu!.tensors, ["output", { ...output, data: output.data.map((x) => x + 1e-5) }]]);
    await expect(checkGolden({ ...relu!, tensors })).rejects.toThrow("activation_00/output");
  });
});
