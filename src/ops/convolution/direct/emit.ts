import type { FunctionBuilder, Local } from "../../../codegen/wasm/assembler.ts";
import { type PanelClass, type Panels, panelBytes } from "./problem.ts";

/** Adds `a · b` to the number on the stack. */
export function plusProduct(f: FunctionBuilder, a: Local, b: Local | number): void {
  f.get(a).mul(b).op("i32.add");
}

export interface PanelPlace {
  /** Of the group's first output channel on. */
  readonly channel: Local;
  readonly group: Local;
  /** Bytes from the first packed panel. */
  readonly bytes: Local;
}

/** Finds group, first channel and place of panel number `panel`, then runs the code of its class. */
export function forPanel(
  f: FunctionBuilder,
  panels: Panels,
  panel: Local,
  place: PanelPlace,
  perGroupBytes: number,
  body: (kind: PanelClass, index: number) => void,
): void {
  const { classes, panelsPerGroup } = panels;
  const within = f.local("i32");
  f.get(panel).i32(panelsPerGroup).op("i32.div_u").set(place.group);
  f.get(panel).i32(panelsPerGroup).op("i32.rem_u").set(within);
  f.get(place.group).mul(perGroupBytes).set(place.bytes);
  const branch = (index: number, firstPanel: number, firstChannel: number, firstByte: number): void => {
    const kind = classes[index]!;
    const here = () => {
      f.get(within).sub(firstPanel).tee(within);
      f.mul(kind.vectors * 4)
        .add(firstChannel)
        .set(place.channel);
      f.get(place.bytes).add(firstByte);
      plusProduct(f, within, panelBytes(panels, kind));
      f.set(place.bytes);
      body(kind, index);
    };
    if (index === classes.length - 1) {
      here();
      return;
    }
    f.get(within)
      .i32(firstPanel + kind.count)
      .op("i32.lt_s")
      .if(here, () =>
        branch(
          index + 1,
          firstPanel + kind.count,
          firstChannel + kind.count * kind.vectors * 4,
          firstByte + kind.count * panelBytes(panels, kind),
        ),
      );
  };
  branch(0, 0, 0, 0);
}

/** Stores the first `lanes` numbers of a vector. */
export function storeLanes(f: FunctionBuilder, address: Local, vector: Local, lanes: number, offset = 0): void {
  if (lanes >= 4) {
    f.get(address).get(vector).store("v128.store", offset);
    return;
  }
  if (lanes >= 2) f.get(address).get(vector).laneMemory("v128.store64_lane", 0, offset);
  if (lanes === 1 || lanes === 3) {
    f.get(address)
      .get(vector)
      .laneMemory("v128.store32_lane", lanes - 1, offset + (lanes - 1) * 4);
  }
}
