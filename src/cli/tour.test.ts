import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { readImage } from "../data/node.ts";
import { Espcn, readWeights } from "../models/node.ts";
import { useWasm } from "./device.ts";
import { handler, takeTour } from "./tour.ts";

const folder = await mkdtemp(join(tmpdir(), "convsmith-tour-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function printed(out: string, json: boolean): Promise<string> {
  let text = "";
  const quiet = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  try {
    await takeTour({ out, seconds: 0.5, json }, new Espcn(3));
  } finally {
    spy.mockRestore();
    quiet.mockRestore();
  }
  return text;
}

describe("convsmith tour", () => {
  it("shows, trains, judges and writes; and does so again over what is there", async () => {
    useWasm(1);
    const out = join(folder, "tour");
    const text = await printed(out, false);
    expect(text).toContain("22,729");
    expect(text).toContain("10,425,139,200");
    expect(text).toMatch(/bicubic +32\.88 dB +0\.8534\n/);
    expect(text).toMatch(/just trained +\d+\.\d\d dB/);
    expect(text).toMatch(/shipped +\d+\.\d\d dB/);
    expect(text.match(/npx convsmith (upscale|train|evaluate) /g)).toHaveLength(3);

    const { heldBack, files } = JSON.parse(await printed(out, true));
    expect(heldBack).toBe("chelsea.png");
    const names = ["small", "original", "bicubic", "just-trained", "shipped", "x3"].map(
      (each) => `chelsea-${each}.png`,
    );
    expect(files).toEqual([...names, "report.html"].map((name) => join(out, name)));
    for (const [name, width] of [
      ["small", 150],
      ["original", 450],
      ["just-trained", 450],
      ["x3", 1353],
    ]) {
      expect((await readImage(join(out, `chelsea-${name}.png`))).width).toBe(width);
    }
    expect((await readWeights(out)).weights.size).toBe(6);
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain("A tour of convsmith");
    expect(page.match(/data:image\/png;base64,/g)!.length).toBeGreaterThanOrEqual(4);
    expect((await readdir(out)).filter((name) => name.startsWith("."))).toEqual([]);
    // Two trainings and eleven enlargements, on a machine that may be busy.
  }, 120_000);

  it("refuses no time at all, and a folder that holds something else", async () => {
    await expect(handler({ out: join(folder, "none"), seconds: 0, json: false })).rejects.toThrow(
      "--seconds must be a number above 0, got 0",
    );
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "letter.txt"), "dear");
    await expect(printed(other, false)).rejects.toThrow("holds other files (letter.txt)");
    expect(await readdir(other)).toEqual(["letter.txt"]);
    expect(await readdir(folder)).not.toContain("none");
  });
});
