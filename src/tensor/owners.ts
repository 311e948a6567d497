import type { Cell } from "../core/cell.ts";
import type { Parameter } from "./parameter.ts";

/** The parameter whose cell it is. By itself, so that backward needs no class before Tensor is there. */
export const owners = new WeakMap<Cell, Parameter>();
