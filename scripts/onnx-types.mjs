// Makes src/formats/onnx/*_pb.ts of the .proto files beside them. Needs protoc: node scripts/onnx-types.mjs
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../src/formats/onnx", import.meta.url));
const plugin = fileURLToPath(new URL("../node_modules/.bin/protoc-gen-es", import.meta.url));
const options = ["--es_out=.", "--es_opt=target=ts,import_extension=ts"];
execFileSync("protoc", [`--plugin=protoc-gen-es=${plugin}`, ...options, "value.proto", "model.proto"], {
  cwd: folder,
  stdio: "inherit",
});
