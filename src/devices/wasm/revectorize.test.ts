import { expect, test } from "vitest";
import { detectPlatform, findTile } from "./host.ts";
import { probeTile } from "./probe.ts";
import { widen } from "./revectorize.ts";

const narrow = { tile: [4, 8], rate: 1e6 } as const;

test("the revectorizer is left alone where it is turned off, unknown, or gains nothing", () => {
  const flags: string[] = [];
  const platform = { ...detectPlatform(), mayRevectorize: true, setFlag: (flag: string) => flags.push(flag) > 0 };
  expect(widen({ ...platform, environment: { CONVSMITH_REVECTORIZE: "0" } }, false, narrow)).toBe(narrow);
  expect(widen({ ...platform, mayRevectorize: false }, false, narrow)).toBe(narrow);
  expect(flags).toEqual([]);
  const unbeatable = { ...narrow, rate: 1e12 };
  expect(widen({ ...platform, environment: {} }, false, unbeatable)).toBe(unbeatable);
  expect(flags).toEqual(["--experimental-wasm-revectorize", "--no-experimental-wasm-revectorize"]);
});

test("where it gives the same bits and is fast enough, the wide tile is taken and the flag stays", () => {
  const flags: string[] = [];
  const setFlag = (flag: string) => flags.push(flag) > 0;
  const platform = { ...detectPlatform(), environment: {}, mayRevectorize: true, setFlag };
  expect(widen(platform, false, { ...narrow, rate: 1 }).tile).toEqual([6, 16]);
  expect(flags).toEqual(["--experimental-wasm-revectorize"]);
});

test("the probe measures one of its tiles", () => {
  const { tile, rate } = probeTile(false);
  expect(["4,8", "3,12", "6,8"]).toContain(`${tile}`);
  expect(rate).toBeGreaterThan(0);
});

test("the tile is found without V8's baseline code, which is back afterwards", () => {
  const flags: string[] = [];
  const setFlag = (flag: string) => flags.push(flag) > 0;
  const environment = { CONVSMITH_REVECTORIZE: "0" };
  expect(["4,8", "3,12", "6,8"]).toContain(`${findTile({ ...detectPlatform(), environment, setFlag }, false)}`);
  expect(flags).toEqual(["--no-liftoff", "--liftoff"]);
});
