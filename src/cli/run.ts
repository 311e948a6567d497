import yargs from "yargs";
import { commands } from "./commands.ts";
import { errorText, UsageError } from "./errors.ts";
import { say } from "./output.ts";
import { gatherLists } from "./repeated.ts";
import { terminalColumns } from "./wrapped-text.ts";

/** What a handler throws once its options are read. */
const parsed = new Error("parsed");

/** What yargs says, in one line: of a wrong choice, which of an option's choices there are. */
function usageText(message: string): string {
  const [first, ...details] = message.split("\n").flatMap((line) => line.trim() || []);
  const bare = /^Not enough arguments following: (\S+)$/.exec(first ?? "")?.[1];
  if (bare !== undefined) return `${bare.length === 1 ? "-" : "--"}${bare} needs a value`;
  if (first !== "Invalid values:") return first ?? "";
  const [, option, given, choices] = /^Argument: (\S+), Given: (.*), Choices: (.*)$/.exec(details[0] ?? "") ?? [];
  if (option === undefined) return details.join("; ");
  return `--${option} must be one of ${choices!.replaceAll('"', "")}, got ${given!.replaceAll('"', "") || "nothing"}`;
}

function usageError(message: string): UsageError {
  const text = usageText(message);
  return new UsageError(`${text}${text.endsWith("?") ? "" : "."} See convsmith --help.`);
}

/** yargs makes NaN of text that is no number: what was written is in the command line. @throws UsageError */
function checkNumbers(options: Readonly<Record<string, unknown>>, args: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isNaN(value)) continue;
    const flag = `--${name}`;
    const at = args.findLastIndex((each) => each === flag || each.startsWith(`${flag}=`));
    // Each option has a name in camel case, too, which nobody wrote.
    if (at < 0) continue;
    const text = args[at] === flag ? args[at + 1] : args[at]!.slice(flag.length + 1);
    throw new UsageError(`${flag} must be a number, got ${text || "nothing"}`);
  }
}

/** Runs a command line, and says what goes wrong in one line on stderr. @returns whether it succeeded. */
export async function run(args: readonly string[]): Promise<boolean> {
  const parser = yargs()
    .scriptName("convsmith")
    .usage("$0 <command> [options]")
    .strict()
    .demandCommand(1, "which command?")
    .exitProcess(false)
    .locale("en")
    .help()
    .alias("help", "h")
    .parserConfiguration({ "duplicate-arguments-array": false, "boolean-negation": false, "strip-aliased": true })
    .middleware((options) => checkNumbers(options, args), true)
    .wrap(Math.min(110, terminalColumns()))
    .fail((message, error) => {
      throw error ?? usageError(message);
    });
  let chosen: (() => Promise<void>) | null = null;
  for (const { command, describe, load } of commands) {
    parser.command({
      command,
      describe,
      // Loaded when it is called, so that the others start quickly.
      builder: async (argv) => (await load()).builder(argv),
      // Left by a throw, and run afterwards: yargs would first lay out its help, whose time a short command notices.
      handler: (options) => {
        chosen = async () => (await load()).handler(options as never);
        throw parsed;
      },
    });
  }
  try {
    await parser.parseAsync(gatherLists(args)).catch((error) => {
      // yargs' own kind: an option lacks its value.
      if (error?.name === "YError") throw usageError(error.message);
      if (error !== parsed) throw error;
    });
    await (chosen as (() => Promise<void>) | null)?.();
    return true;
  } catch (error) {
    say(errorText(error));
    return false;
  }
}
