export { Espcn } from "./espcn.ts";
export { Fsrcnn } from "./fsrcnn.ts";
export { LeNet } from "./lenet.ts";
export { LeNet5 } from "./lenet5.ts";
export { MnistCnn } from "./mnist-cnn.ts";
export { createModel, type ModelOptions, models, type ReadyModel } from "./registry.ts";
export { Srcnn } from "./srcnn.ts";
