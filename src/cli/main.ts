#!/usr/bin/env node
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { commands } from "./commands.ts";
import { errorText, UsageError } from "./errors.ts";
import { say } from "./output.ts";

/** Runs a command line. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const parser = yargs()
    .scriptName("convsmith")
    .usage("$0 <command> [options]")
    .strict()
    .demandCommand(1, "which command? See convsmith --help.")
    .recommendCommands()
    .exitProcess(false)
    .locale("en")
    .help()
    .alias("help", "h")
    .parserConfiguration({ "duplicate-arguments-array": false, "boolean-negation": false, "strip-aliased": true })
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .fail((message, error) => {
      throw error ?? new UsageError(`${message.split("\n")[0]}. See convsmith --help.`);
    });
  for (const { command, describe, load } of commands) {
    parser.command({
      command,
      describe,
      builder: async (argv) => (await load()).builder(argv),
      handler: async (options) => (await load()).handler(options as never),
    });
  }
  try {
    await parser.parseAsync([...args]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    say(errorText(error));
    return 1;
  }
}

process.exitCode = await main(hideBin(process.argv));
