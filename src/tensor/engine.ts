import { ConvsmithError } from "../core/errors.ts";
import type { Device } from "../engine/device.ts";
import { EngineState } from "../engine/state.ts";

let state: EngineState | null = null;
let makeDefault: (() => Device) | null = null;

/** Says how the device is made that is used when none was chosen. */
export function setDefaultDevice(make: () => Device): void {
  makeDefault = make;
}

/** The engine that all tensors share. Recording needs no device: it is made at the first run. */
export function engine(): EngineState {
  state ??= new EngineState(defaultDevice);
  return state;
}

function defaultDevice(): Device {
  if (!makeDefault) throw new ConvsmithError('no device: import from "convsmith", or call setDevice() first');
  return makeDefault();
}

/** Runs on this device from now on. Cells move to it when they are next read. */
export function setDevice(device: Device): void {
  if (state) state.device = device;
  else state = new EngineState(device);
}

/** Sends what `body` records to another engine: the one that users have learns nothing of it. `body` must not be async. */
export function withEngine<T>(other: EngineState, body: () => T): T {
  const kept = state;
  state = other;
  try {
    return body();
  } finally {
    state = kept;
  }
}

/** The device that runs are sent to. */
export function currentDevice(): Device {
  return engine().device;
}
