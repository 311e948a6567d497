import { type AnyInstruction, encodings } from "./opcodes.ts";

/** An instruction's number. The browser bundle has the numbers in place of the names, and gets them back from here. */
export const encodingOf = (name: AnyInstruction): number => encodings[name]!;
