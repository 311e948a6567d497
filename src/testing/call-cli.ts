import { stripVTControlCharacters } from "node:util";
import { vi } from "vitest";
import { run } from "../cli/run.ts";

/** Runs a command line; what it writes is given back, without colours. */
export async function callCli(...args: string[]): Promise<{ good: boolean; out: string; err: string }> {
  const written = { out: "", err: "" };
  const into = (stream: "out" | "err") => (text: unknown) => {
    written[stream] += stripVTControlCharacters(`${text}`);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(into("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(into("err")),
  ];
  try {
    const good = await run(args);
    return { good, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
