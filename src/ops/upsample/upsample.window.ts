import type { WindowRule } from "../../core/op.ts";
import { mapWindow } from "../resample/resample.window.ts";
import { upsampleMap } from "./upsample.ts";

export const upsampleWindow: WindowRule = (outputIndex, axis, _which, [input], _output, attributes) =>
  mapWindow(upsampleMap(input!, attributes, axis), outputIndex);
