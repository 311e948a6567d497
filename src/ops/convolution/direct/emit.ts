import type { FunctionBuilder, Local } from "../../../codegen/wasm/assembler.ts";
import { type PanelClass, type Panels, panelBytes } from "./problem.ts";

/** Variables that hold the words of the argument block, loaded at function entry. */
export function loadArguments<Name extends string>(
  f: FunctionBuilder,
  names: readonly Name[],
  wanted: readonly Name[] = names,
): Record<Name, Local> {
  const locals = {} as Record<Name, Local>;
  for (const [index, name] of names.entries()) {
    if (!wanted.includes(name)) continue;
    locals[name] = f.local("i32");
    f.get(f.parameters[0]!)
      .load("i32.load", index * 4)
      .set(locals[name]);
  }
  return locals;
}

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

/** Pushes a vector of the first `lanes` numbers at an address, reading no further: the rest are zero. */
export function loadLanes(f: FunctionBuilder, address: Local, lanes: number, offset = 0): void {
  if (lanes >= 4) {
    f.get(address).load("v128.load", offset);
    return;
  }
  if (lanes === 1) {
    f.get(address).load("v128.load32_zero", offset);
    return;
  }
  if (lanes === 3) f.get(address);
  f.get(address).load("v128.load64_zero", offset);
  if (lanes === 3) f.laneMemory("v128.load32_lane", 2, offset + 8);
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
