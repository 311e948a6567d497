import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWord } from "./shell-word.ts";

it("gives a shell the path that it was given", () => {
  expect(shellWord("runs/first-2.pth")).toBe("runs/first-2.pth");
  for (const path of ["my runs/größe", "it's", '$HOME "x"', "a;b", "", "`id`", "*"]) {
    expect(execFileSync("/bin/sh", ["-c", `printf %s ${shellWord(path)}`], { encoding: "utf8" })).toBe(path);
  }
});
