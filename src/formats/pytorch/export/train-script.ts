import { pythonFloat, pythonNumber } from "../../../core/pytorch.ts";
import { dataPython } from "./python/data-py.ts";
import { tasksPython, trainPython } from "./python/train-py.ts";
import { pythonString } from "./python.ts";

type Setting = string | number | readonly number[];

interface SharedRecipe {
  readonly data: string;
  readonly seed: number;
  readonly lr: number;
  readonly final_lr: number;
  readonly warmup: number;
  readonly batch: number;
  readonly augment: string;
  /** Steps of the whole run; 0: that of `epochs`. */
  readonly steps: number;
  readonly epochs: number;
}

/** How a network is trained, under the names of train.py's settings. */
export type PytorchRecipe =
  | (SharedRecipe & {
      readonly task: "super-resolution";
      readonly validate: string;
      readonly scale: number;
      readonly patch: number;
      readonly stride: number;
      readonly copies: readonly number[];
    })
  | (SharedRecipe & {
      readonly task: "classification";
      readonly input: readonly number[];
      readonly mean: readonly number[];
      readonly std: readonly number[];
    });

/** train.py and the file beside it that reads the data. `origin`: what its first line says. */
export function writeTrainScript(recipe: PytorchRecipe, origin: string): ReadonlyMap<string, string> {
  const { task, ...settings } = recipe;
  const lines = Object.entries(settings).map(([name, value]) => `    "${name}": ${literal(name, value)},`);
  const [names, loss] =
    task === "classification"
      ? ["Batches, classification", "nn.CrossEntropyLoss()"]
      : ["Batches, crop_to_multiple, imresize, rounded, super_resolution", "nn.MSELoss()"];
  const head = `"""${origin}

    python3 train.py --data photos                              one process
    torchrun --nproc_per_node 4 train.py --data photos          four processes, which share each batch
    torchrun --nproc_per_node 4 train.py --data photos --resume
"""

import argparse
import json
import math
import os
from pathlib import Path

import torch
from convsmith_data import ${names}
from model import load_model
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

SETTINGS = {
${lines.join("\n")}
}
`;
  const train = `${head}${tasksPython[task].trimEnd()}\n\n${trainPython.replace("LOSS", () => loss)}`;
  return new Map([
    ["train.py", train],
    ["convsmith_data.py", dataPython],
  ]);
}

/** Options whose type is that of their usual value: a rate of 1 is no whole number. */
const fractions = new Set(["lr", "final_lr"]);

function literal(name: string, value: Setting): string {
  if (typeof value === "string") return pythonString(value);
  if (typeof value === "number" && fractions.has(name)) return pythonFloat(value);
  return typeof value === "number" ? pythonNumber(value) : `[${value.map(pythonNumber).join(", ")}]`;
}
