import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callCli } from "../testing/call-cli.ts";
import { runState, writeClasses, writeNetwork, writePictures } from "../testing/training-data.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder = "";
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-cli-"));
  await writePictures(path("pictures"), 3, 40);
  await writeClasses(path("classes"));
  await writeNetwork(path("net.ts"));
  await mkdir(path("empty"));
  await writeFile(path("file"), "text");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the command line in a process of its own. */
function start(...args: string[]): {
  child: ChildProcess;
  ended: Promise<{ code: number | null; err: string }>;
  firstStep: Promise<void>;
} {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  const firstStep = new Promise<void>((resolve) => {
    child.stderr!.on("data", (text) => {
      err += text;
      if (/step \d/.test(err)) resolve();
    });
  });
  const ended = new Promise<{ code: number | null; err: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, err }));
  });
  return { child, ended, firstStep };
}

const trainNet = (out: string, ...more: string[]) => [
  ...["train", path("net.ts"), "--data", path("classes"), "--out", path(out)],
  ...["--batch", "4", "--steps", "400", "--threads", "1", ...more],
];

test("a run that was stopped by Ctrl+C and by SIGKILL goes on to the bits of an unbroken one", {
  timeout: 120_000,
}, async () => {
  const first = start(...trainNet("broken"));
  await Promise.race([first.firstStep, first.ended]);
  first.child.kill("SIGINT");
  const stopped = await first.ended;
  expect(stopped.err).toMatch(/Saved after step \d+\. Go on with: .*--resume/);
  expect(stopped.code).toBe(130);

  const second = start(...trainNet("broken", "--resume", "--checkpoint-seconds", "0"));
  await Promise.race([second.firstStep, second.ended]);
  second.child.kill("SIGKILL");
  expect((await second.ended).code).toBeNull();

  const { good, err } = await callCli(...trainNet("broken", "--resume"));
  expect(err).toMatch(/Going on after step [1-9]/);
  expect(good).toBe(true);
  expect((await callCli(...trainNet("unbroken"))).good).toBe(true);
  expect(await runState(path("broken"))).toEqual(await runState(path("unbroken")));
});

test("--json puts the result on stdout, and nothing else", async () => {
  const { good, out, err } = await callCli(
    ...["train", "espcn", "--data", path("pictures"), "--out", path("json"), "--scale", "2", "--steps", "2"],
    ...["--patch", "8", "--batch", "2", "--threads", "1", "--json"],
  );
  expect(err).toContain("ESPCN x2 100%  step 2  loss");
  expect(good).toBe(true);
  expect(JSON.parse(out)).toMatchObject({ step: 2, complete: true, results: { mean: { psnr: expect.any(Number) } } });
});

const espcn = (...more: string[]) => ["train", "espcn", ...more];
const wrong: [name: string, args: () => string[], message: RegExp][] = [
  ["no command", () => [], /which command\?/],
  ["an unknown command", () => ["trian"], /Unknown (command|argument): trian/],
  ["an unknown option", () => espcn("--out", path("x"), "--bogus", "1"), /Unknown argument: bogus/],
  ["no --out", () => espcn("--data", path("pictures")), /Missing required argument: out/],
  ["no --data", () => espcn("--out", path("x")), /needs --data/],
  [
    "an unknown network",
    () => ["train", "vgg99", "--out", path("x"), "--data", path("pictures")],
    /unknown network vgg99/,
  ],
  [
    "a missing module",
    () => ["train", "no.ts", "--out", path("x"), "--data", path("classes")],
    /no\.ts: cannot read: no such file/,
  ],
  [
    "scale 5",
    () => espcn("--out", path("x"), "--data", path("pictures"), "--scale", "5"),
    /scale must be one of 2, 3, 4, got 5/,
  ],
  [
    "--steps 0",
    () => espcn("--out", path("x"), "--data", path("pictures"), "--steps", "0"),
    /steps must be a whole number from 1, got 0/,
  ],
  [
    "two limits",
    () => espcn("--out", path("x"), "--data", path("pictures"), "--steps", "2", "--epochs", "2"),
    /needs one of epochs, steps and minutes/,
  ],
  [
    "text for a number",
    () => espcn("--out", path("x"), "--data", path("pictures"), "--lr", "fast"),
    /--lr must be a number, got fast/,
  ],
  [
    "--threads 0",
    () => espcn("--out", path("x"), "--data", path("pictures"), "--threads", "0"),
    /--threads must be a whole number from 1 to 32, got 0/,
  ],
  [
    "a missing folder",
    () => espcn("--out", path("x"), "--data", path("nothing")),
    /nothing: cannot read: no such file or folder/,
  ],
  ["an empty folder", () => espcn("--out", path("x"), "--data", path("empty")), /empty: holds no picture/],
  [
    "an empty folder of classes",
    () => ["train", "lenet", "--out", path("x"), "--data", path("empty")],
    /one subfolder of pictures per class/,
  ],
  [
    "an output that is a file",
    () => espcn("--out", path("file"), "--data", path("pictures")),
    /file: cannot write: a part of the path is a file/,
  ],
  [
    "an output that can't be made",
    () => espcn("--out", "/proc/run", "--data", path("pictures"), "--scale", "2", "--patch", "8"),
    /\/proc\/run: cannot write/,
  ],
  ["nothing to resume", () => espcn("--out", path("x"), "--resume"), /holds no run to go on with/],
  [
    "an option of another network",
    () => ["train", "lenet", "--out", path("x"), "--data", path("classes"), "--scale", "2"],
    /--scale is not an option of this network/,
  ],
];

test.each(wrong)("%s: one clear line, a failure, and nothing written", async (_, args, message) => {
  const before = await readdir(folder);
  const { good, out, err } = await callCli(...args());
  const lines = err
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("Reading pictures"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(message);
  expect(lines[0]).not.toContain("CONVSMITH_DEBUG");
  expect(good).toBe(false);
  expect(out).toBe("");
  expect(existsSync(path("x"))).toBe(false);
  expect(await readdir(folder)).toEqual(before);
});

test.skipIf(process.platform === "win32")("a disk that is full leaves nothing half-written", async () => {
  // The shell's limit on the size of a file fails the first large write as a full disk would.
  const command = 'trap "" XFSZ; ulimit -f 4; exec "$0" --import tsx src/cli/main.ts "$@"';
  const args = [
    "train",
    "espcn",
    "--data",
    path("pictures"),
    "--out",
    path("full"),
    "--scale",
    "2",
    "--patch",
    "8",
    "--steps",
    "2",
  ];
  const env = { ...process.env, TSX_DISABLE_CACHE: "1" };
  const child = spawn("sh", ["-c", command, process.execPath, ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  child.stderr.on("data", (text) => (err += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(err).toMatch(/convsmith: .*full.*: cannot write: /);
  expect(code).toBe(1);
  expect(existsSync(path("full"))).toBe(false);
});
