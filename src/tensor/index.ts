export { grad } from "./backward.ts";
export { arange, cat, chunk, full, ones, rand, randn, split, stack, zeros } from "./create.ts";
export { currentDevice, engine, setDefaultDevice, setDevice } from "./engine.ts";
export { noGrad } from "./no-grad.ts";
export { Buffer, Parameter, StoredTensor } from "./parameter.ts";
export { defaultGenerator, drawNormal, drawUniform, manualSeed, withGenerator } from "./random.ts";
export { type Nested, type Operand, operand, Tensor, tensor } from "./tensor.ts";
