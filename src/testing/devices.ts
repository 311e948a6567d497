import { ReferenceDevice } from "../devices/reference/device.ts";
import type { Device } from "../engine/device.ts";
import type { BandLimits } from "../engine/plan.ts";
import { wasmDevice } from "../index.ts";

/** How each device is made that tests of whole networks run on. */
const makers: Readonly<Record<string, () => Device>> = {
  reference: () => new ReferenceDevice(),
  wasm: () => wasmDevice({ threads: 2 }),
};

/** The devices to test: all there are, or those that CONVSMITH_TEST_DEVICES names (comma-separated). @throws Error for an unknown name. */
export const testDevices: readonly (readonly [name: string, make: () => Device])[] = (
  process.env.CONVSMITH_TEST_DEVICES?.split(",") ?? Object.keys(makers)
).map((name) => {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!make)
    throw new Error(`CONVSMITH_TEST_DEVICES: unknown device ${name}; there are ${Object.keys(makers).join(", ")}`);
  return [name, make] as const;
});

/** A WASM device that runs chains of steps in bands from other sizes on than usual; null: never. */
export function bandedDevice(threads: number, bands: BandLimits | null) {
  const device = wasmDevice({ threads });
  const never = { image: Number.POSITIVE_INFINITY, chain: 0 };
  return Object.assign(device, { backend: { ...device.backend, bands: bands ?? never } });
}
