/** Prints a command's result: with `json` one JSON value on stdout, else `text()`. All other messages go to stderr. */
export function printResult(json: boolean, result: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(result) : text()}\n`);
}

/** A message for people; stdout stays free for results. */
export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
