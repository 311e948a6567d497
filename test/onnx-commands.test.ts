import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { callCli } from "../src/testing/call-cli.ts";
import { sharedData } from "./shared-data.ts";

const { path: shared, missing, note } = sharedData("weights");
// Its numbers are in a file that isn't there.
const incomplete = "performance_espcn_x2.onnx";
/** More files, such as those of fixtures/torchvision/export.py: CONVSMITH_ONNX_FILES=FOLDER. */
const more = process.env.CONVSMITH_ONNX_FILES;
const folders = [...(missing ? [] : [shared]), ...(more ? [more] : [])];
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".onnx") && !name.endsWith(incomplete))
    .map((name) => join(folder, name)),
);
const output = mkdtempSync(join(tmpdir(), "convsmith-commands-"));
afterAll(() => rmSync(output, { recursive: true }));

/** Sizes that a file leaves open. */
const dims = ["batch=1", "batch_size=1", "N=1", "height=24", "width=20", "h=24", "w=20"];

describe.skipIf(folders.length === 0)(`commands on ONNX files${note}`, () => {
  describe.each(files)("%s", (file) => {
    /** Names the open sizes that the refusal asks for, as a user would. */
    async function call(...args: string[]) {
      const given: string[] = [];
      for (;;) {
        const found = await callCli(...args, ...given.flatMap((each) => ["--dim", each]));
        const name = found.good ? undefined : /--dim ([\w.]+)=/.exec(found.err)?.[1];
        const next = dims.find((each) => each.startsWith(`${name}=`));
        if (!next || given.includes(next)) return found;
        given.push(next);
      }
    }

    it.each([
      ["summary", /^total /m],
      ["check", /✓ +parameters/, "--max-params", "10G"],
      ["diff", / 0 changed, /, file],
      ["field", /^ {2}effective /m, "-o", join(output, "field.png")],
      ["profile", / of the time/, "--runs", "1"],
    ])(
      "%s",
      async (command: string, expected: RegExp, ...options: string[]) => {
        const { good, out, err } = await call(command, file, ...options);
        expect(err.replace(/^(?:Gradients|Profiling).*$/gm, "").trim()).toBe("");
        expect(good).toBe(true);
        expect(out).toMatch(expected);
      },
      120_000,
    );
  });
});
