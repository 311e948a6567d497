// Runs a folder of ONNX's backend tests (model.onnx, test_data_set_*/input_*.pb, output_*.pb) on each device.
// Usage: npm run conformance -- DIR [--device reference|wasm|both]
import { conformance } from "../src/testing/onnx-conformance/command.ts";

const { output, error, code } = await conformance(process.argv.slice(2));
if (output) console.log(output);
if (error) console.error(error);
process.exitCode = code;
