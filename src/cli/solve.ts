import type { Argv } from "yargs";
import { UsageError } from "./errors.ts";
import * as budget from "./solve/budget.ts";
import * as field from "./solve/field.ts";
import * as input from "./solve/input.ts";
import * as same from "./solve/same.ts";
import * as size from "./solve/size.ts";

const questions = [size, same, input, field, budget];

export const builder = (argv: Argv): Argv => {
  for (const { command, describe, builder, handler } of questions) {
    argv.command(command, describe, builder, (options) => handler(options as never));
  }
  return argv
    .usage(
      "$0 solve <question>\n\nThe other way round: from what is wanted to what gives it. Answers are ranked, with their cost.",
    )
    .demandCommand(1, "which question? size, same, input, field or budget");
};

export async function handler({ question }: { readonly question?: string }): Promise<void> {
  throw new UsageError(
    `there is no question ${question ?? ""}. Use size, same, input, field or budget: see convsmith solve --help.`,
  );
}
