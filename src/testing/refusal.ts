import { expect } from "vitest";
import { ConvsmithError, FileFormatError } from "../core/errors.ts";

export interface Refusal {
  readonly message: string;
  /** Where in the file. */
  readonly byte: number;
}

/** How a file is refused: one typed line of a readable length, which begins with the file and names a byte of it. */
export async function refusalOf(attempt: () => unknown, file: string): Promise<Refusal> {
  let error: unknown = null;
  try {
    await attempt();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, "nothing was refused").not.toBeNull();
  expect(error).toBeInstanceOf(ConvsmithError);
  const { message } = error as ConvsmithError;
  expect(message.startsWith(`${file}: `), message).toBe(true);
  expect(message).not.toMatch(/\n|undefined|NaN|\[object/);
  expect(message.length - file.length).toBeLessThan(500);
  const byte = Number(/\(at byte (\d+)\)$/.exec(message)?.[1] ?? Number.NaN);
  expect(Number.isSafeInteger(byte), message).toBe(true);
  if (error instanceof FileFormatError) expect(error).toMatchObject({ file, offset: byte });
  return { message, byte };
}
