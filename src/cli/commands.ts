import type { Argv, CommandModule } from "yargs";

/** A command's file exports one of these. `handler` prints with output.ts and throws what goes wrong. */
export type Command<Options = object> = CommandModule<object, Options>;

/** Name, one line about it, and the file that has the rest: it is loaded when it is called. One line a command. */
export const commands: readonly {
  readonly command: string;
  readonly describe: string;
  readonly load: () => Promise<{ readonly builder: (argv: Argv) => Argv; readonly handler: (options: never) => Promise<void> }>;
}[] = [{ command: "train <network>", describe: "Train a network: espcn, lenet, or your own net.ts", load: () => import("./train.ts") }];
