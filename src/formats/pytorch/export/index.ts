export { checkExportFolder, type ExportFacts, exportFormat, type PytorchFolder, writePytorchFolder } from "./folder.ts";
export { type PythonValue, TorchTensor } from "./pickle-writer.ts";
export { pytorchState, serializePytorch } from "./serialize.ts";
export type { ExportedNetwork } from "./trace.ts";
export { type PytorchRecipe, writeTrainScript } from "./train-script.ts";
export { type PytorchModel, writePytorchModel } from "./write-model.ts";
