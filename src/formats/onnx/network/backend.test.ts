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
const allowed = /^(strings|sequences|optional values|operators? not supported: .*|numbers are drawn at random, .*)$/;

describe.skipIf(missing)(`ONNX's tests of its operators${note}`, () => {
  const cases = missing ? [] : caseNames(folder);
  const devices = testDevices.map(([name, make]) => [name, make()] as const);

  /** What networks of the field are exported to: of these only strings and what is no tensor may be skipped. */
  const listed =
    /^(Conv|ConvTranspose|Gemm|MatMul|.*Normalization|MaxPool|AveragePool|Global.*|Relu|LeakyRelu|PRelu|Clip|Hard.*|Sigmoid|Tanh|Softmax|LogSoftmax|Elu|Gelu|Erf|Softplus|Add|Sub|Mul|Div|Pow|Sqrt|Exp|Log|Abs|Neg|Min|Max|Concat|Split|Slice|Gather|Reshape|Flatten|Transpose|Squeeze|Unsqueeze|Expand|Tile|Pad|Resize|Upsample|DepthToSpace|SpaceToDepth|Reduce.*|ArgMax|Shape|Constant.*|Cast|Where|Range|Identity|LRN|QuantizeLinear|DequantizeLinear)$/;

  it("there are hundreds of them", () => expect(cases.length).toBeGreaterThan(900));

  it.each(cases)("%s", async (name) => {
    const { status, reason, operators } = await conform(folder, name, devices);
    if (status === "skipped") {
      expect(reason).toMatch(allowed);
      const asTensors = !/^(strings|sequences|optional values)$/.test(reason!);
      expect(asTensors ? operators.filter((each) => listed.test(each)) : []).toEqual([]);
    } else expect(reason).toBeNull();
  });
});
