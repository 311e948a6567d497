import { describe, expect, test } from "vitest";
import { ops } from "../ops/index.ts";
import { checkCounts } from "../testing/counting/check.ts";
import { convolutionCases } from "../testing/counting/convolution-cases.ts";
import { loadCounted } from "../testing/counting/load.ts";
import { elementwiseCase, plainCases } from "../testing/counting/plain-cases.ts";
import { spatialCases } from "../testing/counting/spatial-cases.ts";

const counted = ops.filter(({ kind }) => kind === "primitive" || kind === "elementwise" || kind === "composition");
const cases = { ...convolutionCases, ...spatialCases, ...plainCases };
/** Many options, whose corner cases should all come up. */
const many = { ...convolutionCases, ...spatialCases };

describe("figures equal those of a run that counts, nominal and without padding", async () => {
  const lib = await loadCounted();

  test.each(counted.map(({ name, kind }) => [name, kind]))("%s", (name, kind) => {
    const own = cases[name];
    if (!own && kind !== "elementwise") throw new Error(`no case for ${name}: add one to src/testing/counting`);
    checkCounts(lib, own ?? elementwiseCase(name), name in many ? 100 : 25);
  });

  test("every case is of an op", () => {
    const names = new Set(counted.map(({ name }) => name));
    expect(Object.keys(cases).filter((name) => !names.has(name))).toEqual([]);
  });
});
