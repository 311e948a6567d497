import { join } from "node:path";
import { safetensorsFromFloat32 } from "../../formats/node.ts";
import { type PythonValue, TorchTensor } from "../../formats/pytorch/export/index.ts";
import type { OptimizerState } from "../../optim/index.ts";
import { readCheckpoint } from "../../training/node.ts";

/** What train.py --resume needs beside the weights: where the run stands, and its Adam. */
export interface TorchPosition {
  readonly step: number;
  readonly optimizer: PythonValue;
}

/** Where a run stands; null where its optimiser is not one Adam of all parameters, as train.py has. */
export async function torchPosition(folder: string, parameters: number): Promise<TorchPosition | null> {
  const { optimizer, position } = await readCheckpoint(join(folder, "checkpoint.safetensors"));
  const [group, ...others] = optimizer.groups;
  if (!group || others.length > 0 || group.params.length !== parameters) return null;
  const { betas, eps, amsgrad, weightDecay, lr } = group.options;
  if (!Array.isArray(betas)) return null;
  return {
    step: position.step,
    optimizer: adamState(optimizer, { betas, eps, amsgrad, weight_decay: weightDecay, lr }),
  };
}

function adamState({ steps, tensors }: OptimizerState, options: Readonly<Record<string, unknown>>): PythonValue {
  const state = new Map<number, Record<string, PythonValue>>();
  for (const [at, step] of steps.entries()) {
    if (step > 0) state.set(at, { step: new TorchTensor(safetensorsFromFloat32([step], [])) });
  }
  for (const [key, { shape, data }] of tensors) {
    const [number, name] = key.split(".") as [string, string];
    const entry = state.get(Number(number));
    if (entry) entry[name] = new TorchTensor(safetensorsFromFloat32(data as Float32Array, shape));
  }
  const fixed = { maximize: false, foreach: null, capturable: false, differentiable: false, fused: null };
  const group = { ...(options as Record<string, PythonValue>), ...fixed, params: [...steps.keys()] };
  return { state, param_groups: [group] };
}
