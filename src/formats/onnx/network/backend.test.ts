import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { testDevices } from "../../../testing/devices.ts";
import { caseNames } from "../../../testing/onnx-conformance/cases.ts";
import { conform } from "../../../testing/onnx-conformance/conformance.ts";

/** ONNX's own tests of single operators, where a system has them installed. */
const folder = process.env.CONVSMITH_ONNX_NODE_TESTS ?? "/usr/share/libonnx-testdata/data/node";
const missing = !existsSync(folder);
const note = missing ? " (skipped: no ONNX node tests; set CONVSMITH_ONNX_NODE_TESTS)" : "";

/** Why a case is not run; everything else must pass. */
const allowed = /^(strings|sequences|optional values|operators? not supported: .*)$/;

/** Not supported yet. */
const gaps = /_3d(_default)?$|BFLOAT16|dropout|with_argmax|reduce_prod|align_corners|tf_crop|select_last|training_mode/;

describe.skipIf(missing)(`ONNX's tests of its operators${note}`, () => {
  const cases = missing ? [] : caseNames(folder);
  const devices = testDevices.map(([name, make]) => [name, make()] as const);

  it("there are hundreds of them", () => expect(cases.length).toBeGreaterThan(900));

  it.each(cases.filter((name) => !gaps.test(name)))("%s", async (name) => {
    const { status, reason } = await conform(folder, name, devices);
    if (status === "skipped") expect(reason).toMatch(allowed);
    else expect(reason).toBeNull();
  });
});
