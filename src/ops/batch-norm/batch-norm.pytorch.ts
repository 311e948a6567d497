import { type PytorchRule, pythonCall, pythonNumber } from "../../core/pytorch.ts";

export const batchNorm2dPytorch: PytorchRule = (inputs, _types, { eps, training, affine }) => {
  const [x, ...rest] = inputs;
  const [mean, variance] = training ? ["None", "None"] : rest.splice(0, 2);
  const [weight, bias] = affine ? rest : [];
  return pythonCall("F.batch_norm", [x!, mean!, variance!], {
    weight,
    bias,
    training: training ? "True" : undefined,
    eps: pythonNumber(eps as number),
  });
};
