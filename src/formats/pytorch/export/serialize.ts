import { Counter } from "../../../nn/counter.ts";
import type { Module } from "../../../nn/index.ts";
import { safetensorsFromFloat32 } from "../../safetensors-dtype.ts";
import { type PythonValue, pickle, TorchTensor } from "./pickle-writer.ts";
import { writeZip } from "./zip-writer.ts";

/** A .pth file as torch.save writes it: torch.load opens it, with weights_only too. */
export function serializePytorch(value: PythonValue): Uint8Array {
  const { bytes, storages } = pickle(value);
  const text = (content: string) => new TextEncoder().encode(content);
  return writeZip([
    { name: "archive/data.pkl", data: bytes },
    { name: "archive/byteorder", data: text("little") },
    ...storages.map((data, index) => ({ name: `archive/data/${index}`, data })),
    { name: "archive/version", data: text("3\n") },
  ]);
}

/** The state_dict of a network with its numbers. Counts are of type int64, as PyTorch has them. */
export async function pytorchState(network: Module): Promise<Map<string, TorchTensor>> {
  const state = new Map<string, TorchTensor>();
  for (const [name, tensor] of network.stateDict()) {
    const data = await tensor.data();
    state.set(
      name,
      tensor instanceof Counter
        ? count(data[0]!)
        : new TorchTensor(safetensorsFromFloat32(data as Float32Array, tensor.shape)),
    );
  }
  return state;
}

function count(value: number): TorchTensor {
  return new TorchTensor({ dtype: "I64", shape: [], data: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer) });
}
