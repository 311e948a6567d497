import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createModel } from "../../models/index.ts";
import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { acceptedInputs, describeInputs, recordNetwork, smallestInput } from "../index.ts";

/** Accepts what `accepts` says, and throws what is no error of convsmith otherwise. */
class Picky extends nn.Module {
  conv = new nn.Conv2d(2, 2, 1);
  readonly #accepts: (height: number, width: number) => boolean;
  constructor(accepts: (height: number, width: number) => boolean) {
    super();
    this.#accepts = accepts;
  }
  forward(x: Tensor): Tensor {
    if (!this.#accepts(x.shape[2]!, x.shape[3]!)) throw new Error("not this one");
    return this.conv.forward(x);
  }
}

const conv = (inChannels: number, kernel: number, options = {}) => new nn.Conv2d(inChannels, 4, kernel, options);

test.each([
  { says: "takes [N, 1, H, W] with H and W multiples of 16", network: () => createModel("unet").network },
  { says: "takes [N, 1, H, W] with H and W from 28 to 31", network: () => createModel("lenet5").network },
  {
    says: "takes [N, 1, 8, 8] only",
    network: () => new nn.Sequential(conv(1, 3, { padding: 1 }), new nn.Flatten(), new nn.Linear(256, 10)),
  },
  { says: "takes [N, 3, H, W] with H and W from 5", network: () => new nn.Sequential(conv(3, 5)) },
  { says: "takes [N, 2, H, W] with H from 1 and W from 7", network: () => new nn.Conv2d(2, 4, [1, 7]) },
  {
    says: "takes [N, 3, H, W] with H and W multiples of 3 from 9",
    network: () => new nn.Sequential(new nn.PixelUnshuffle(3), conv(27, 3)),
  },
  { says: "takes [N, C, H, W] with H and W from 2", network: () => new nn.MaxPool2d(2) },
  { says: "takes [N, 784]", network: () => new nn.Sequential(new nn.Linear(784, 10), new nn.ReLU()) },
  {
    says: "takes [N, 2, H, W] with H and W of 5, 8, 11, …",
    network: () => new Picky((h, w) => h % 3 === 2 && w % 3 === 2 && h > 4),
  },
  {
    says: "takes [N, 2, H, W] with H and W of 3, 4, 10, 11, …",
    network: () => new Picky((h) => [3, 4, 10, 11].includes(h)),
  },
  { says: "takes [N, 2, 8, 16] only", network: () => new Picky((h, w) => h === 8 && w === 16) },
  { says: "takes [N, 2, H, W] with H and W from 40 to 90", network: () => new Picky((h) => h >= 40 && h <= 90) },
])("$says", ({ says, network }) => {
  expect(describeInputs(network() as never)).toBe(says);
});

test("a network that throws at every size says what it threw; the limit is told", () => {
  const never = new Picky(() => false);
  expect(() => acceptedInputs(never, { limit: 20 })).toThrow(
    /^Picky: no square up to 20 by 20 is accepted\. At \[1, \d, \d+, \d+\]: Picky: its forward threw Error: not this one$/,
  );
  expect(() => smallestInput(new nn.Conv2d(1, 1, 30), { limit: 29 })).toThrow("no square up to 29 by 29 is accepted");
  expect(smallestInput(new nn.Conv2d(1, 1, 30), { limit: 30 })).toEqual([1, 1, 30, 30]);
});

test("channels that are given are kept, and modules are left in their mode", () => {
  const pool = new nn.MaxPool2d(3).train();
  expect(acceptedInputs(pool, { channels: 5 })).toMatchObject({ channels: 5, fixed: false });
  expect(pool.training).toBe(true);
});

test("what is said to be accepted is, and what is not is not", () => {
  for (const name of ["unet", "squeezenet1_1", "shufflenet_v2_x0_5"]) {
    const { network } = createModel(name);
    const inputs = acceptedInputs(network);
    if (inputs.kind !== "pictures") throw new Error("takes pictures");
    const { accepted, smallest, checkedTo } = inputs.height;
    for (let size = 1; size <= checkedTo; size++) {
      const record = () => recordNetwork(network, [1, inputs.channels!, size, size]);
      if (accepted.includes(size)) expect(record().outputs).toHaveLength(1);
      else expect(record).toThrow();
    }
    expect(accepted[0]).toBe(smallest);
  }
});

const shared = process.env.CONVSMITH_SHARED ?? fileURLToPath(new URL("../../../../shared", import.meta.url));
const path = `${shared}/reference/cost.json`;
const missing = !existsSync(path);
interface Row {
  readonly enum: string;
  readonly min_size: readonly [number, number];
}
const rows: readonly Row[] = missing ? [] : JSON.parse(readFileSync(path, "utf8")).tables.torchvision;
const known = rows.filter(({ min_size }) => min_size);

describe.skipIf(missing)(
  `torchvision's min_size${missing ? " (skipped: needs shared/reference/cost.json)" : ""}`,
  () => {
    test.each(known)("$enum from $min_size", ({ enum: from, min_size }) => {
      const { network } = createModel(from.replace("_Weights", ""));
      expect(smallestInput(network)).toEqual([1, 3, ...min_size]);
    });
  },
);
