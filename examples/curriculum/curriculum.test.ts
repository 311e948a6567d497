import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { setDevice, wasmDevice } from "../../src/index.ts";
import { topics } from "./topics.ts";

const tutorial = readFileSync(new URL("../../docs/curriculum.md", import.meta.url), "utf8");

test.each(topics.map((topic, index) => ({ ...topic, index })))(
  "$title: every figure, and the tutorial shows it",
  async ({ title, run, index }) => {
    setDevice(wasmDevice({ threads: 1 }));
    const said: string[] = [];
    await run((text) => said.push(...text.split("\n")));
    expect(said.length).toBeGreaterThan(0);
    const start = tutorial.indexOf(`## ${index + 1}. ${title}\n`);
    expect(start).toBeGreaterThan(0);
    const next = tutorial.indexOf("\n## ", start);
    const section = tutorial.slice(start, next < 0 ? undefined : next);
    // The last digits of a loss depend on the machine's multiply-add.
    for (const line of said) expect(section).toContain(line.replace(/(loss 0\.0).*/, "$1"));
  },
);
