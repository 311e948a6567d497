import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Question } from "./contestant.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Milliseconds: one answer of an engine that takes longer is not worth the wait. */
const patience = 40_000;

/** A contestant in a process of its own, so that its memory and its threads are its own. */
export class ContestantProcess {
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  #errors = "";
  #ended: Error | null = null;

  constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, { cwd: root, env: { ...process.env, ...environment } });
    const fail = (problem: string) => {
      this.#ended ??= new Error(problem);
      for (const each of this.#waiting.splice(0)) each.reject(this.#ended);
    };
    this.#child.on("error", (error) => fail(error.message));
    this.#child.on("exit", (code, signal) => {
      const lastLine = this.#errors.trim().split("\n").at(-1);
      fail(`${command} ended with ${signal ?? code}${lastLine ? `: ${lastLine}` : ""}`);
    });
    // A write to a process that has ended is reported by its exit.
    this.#child.stdin!.on("error", () => undefined);
    this.#child.stderr!.on("data", (data: Buffer) => {
      this.#errors = (this.#errors + data).slice(-4000);
    });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.#waiting.shift()?.resolve(line));
  }

  /** @throws Error with the contestant's own message, that it has ended, or that it took too long, which ends it. */
  async ask<Reply>(question: Question): Promise<Reply> {
    if (this.#ended) throw this.#ended;
    let timer: NodeJS.Timeout | undefined;
    try {
      const line = await new Promise<string>((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
        this.#child.stdin!.write(`${JSON.stringify(question)}\n`);
        timer = setTimeout(() => {
          this.#ended = new Error(`no answer to ${question.ask} within ${patience / 1000} s`);
          reject(this.#ended);
          this.#child.kill("SIGKILL");
        }, patience);
      });
      const reply = JSON.parse(line) as Reply & { error?: string };
      if (reply.error) throw new Error(reply.error);
      return reply;
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.#child.kill();
  }
}

/** Starts a TypeScript file of contestants/ under this Node. */
export function nodeContestant(file: string, environment: Readonly<Record<string, string>> = {}): ContestantProcess {
  const path = fileURLToPath(new URL(`../contestants/${file}`, import.meta.url));
  return new ContestantProcess(process.execPath, ["--import", "tsx", path], environment);
}

/** Starts contestants/torch.py under Debian's Python, or under the one that CONVSMITH_PYTHON names. */
export function pythonContestant(): ContestantProcess {
  const path = fileURLToPath(new URL("../contestants/torch_contestant.py", import.meta.url));
  return new ContestantProcess(process.env.CONVSMITH_PYTHON ?? "/usr/bin/python3", [path]);
}
