import { say } from "./output.ts";

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof exitCodes;

/**
 * Runs `work` with a signal that Ctrl+C (or SIGTERM) aborts, so that it can save and end by itself; the exit code is then
 * the shell's for that signal. A second Ctrl+C ends the process at once.
 */
export async function interruptible<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    const code = exitCodes[name as Signal];
    if (controller.signal.aborted) process.exit(code);
    process.exitCode = code;
    say(`\n${message}`);
    controller.abort();
  };
  for (const name of Object.keys(exitCodes) as Signal[]) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of Object.keys(exitCodes) as Signal[]) process.off(name, onSignal);
  }
}
