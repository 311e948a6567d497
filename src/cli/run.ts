import yargs from "yargs";
import { commands } from "./commands.ts";
import { errorText, UsageError } from "./errors.ts";
import { say } from "./output.ts";

/** What a handler throws once its options are read. */
const parsed = new Error("parsed");

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
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .fail((message, error) => {
      throw error ?? new UsageError(`${message.split("\n")[0]}. See convsmith --help.`);
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
    await parser.parseAsync([...args]).catch((error) => {
      if (error !== parsed) throw error;
    });
    await (chosen as (() => Promise<void>) | null)?.();
    return true;
  } catch (error) {
    say(errorText(error));
    return false;
  }
}
