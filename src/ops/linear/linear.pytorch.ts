import { type PytorchRule, pythonCall } from "../../core/pytorch.ts";

export const linearPytorch: PytorchRule = (inputs) => pythonCall("F.linear", inputs);
