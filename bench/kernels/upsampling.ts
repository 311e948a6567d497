// Four ways to double a picture, 1x16x256x256, through the public interface and by step, beside PyTorch where it is there:
// tsx bench/kernels/upsampling.ts [--seconds 8] [name…]
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { nn, noGrad, setDevice, type Tensor, tensor, wasmDevice } from "../../src/index.ts";

const options = process.argv.slice(2);
const secondsAt = options.indexOf("--seconds");
const seconds = secondsAt < 0 ? 8 : Number(options[secondsAt + 1]);
const chosen = options.filter((each, at) => !each.startsWith("--") && (at === 0 || at - 1 !== secondsAt));

const device = wasmDevice({ threads: 2 });
setDevice(device);
const transposed = new nn.ConvTranspose2d(16, 16, 4, { stride: 2, padding: 1 });
const cases = [
  {
    name: "bicubic",
    module: new nn.Upsample({ scaleFactor: 2, mode: "bicubic" }),
    torch: "torch.nn.Upsample(scale_factor=2, mode='bicubic', align_corners=False)",
  },
  {
    name: "bilinear",
    module: new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }),
    torch: "torch.nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)",
  },
  { name: "transposed", module: transposed, torch: "torch.nn.ConvTranspose2d(16, 16, 4, stride=2, padding=1)" },
  { name: "shuffle", module: new nn.PixelShuffle(2), torch: "torch.nn.PixelShuffle(2)" },
].filter(({ name }) => chosen.length === 0 || chosen.includes(name));

const values = new Float32Array(16 * 256 * 256).map((_, at) => ((at * 7919) % 1000) / 1000 - 0.5);
const x = tensor(values, [1, 16, 256, 256]);
const forward = async (module: { forward(x: Tensor): Tensor }) => await noGrad(() => module.forward(x)).data();

const script = `
import sys, time, torch
torch.set_num_threads(2)
modules = [${cases.map(({ torch }) => torch)}]
x = torch.tensor([((at * 7919) % 1000) / 1000 - 0.5 for at in range(16 * 256 * 256)]).reshape(1, 16, 256, 256)
with torch.no_grad():
    for line in sys.stdin:
        start = time.perf_counter()
        modules[int(line)](x)
        print(1000 * (time.perf_counter() - start), flush=True)
`;
const python = spawn(process.env.CONVSMITH_PYTHON ?? "python3", ["-c", script], {
  stdio: ["pipe", "pipe", "ignore"],
});
let there = true;
for (const stream of [python, python.stdin]) stream.on("error", () => (there = false));
const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
async function torch(index: number): Promise<number> {
  if (!there) return Number.NaN;
  python.stdin.write(`${index}\n`);
  const { value, done } = await lines.next();
  if (done) there = false;
  return done ? Number.NaN : Number(value);
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
await device.ready();
console.log(`Node ${process.version}, tile ${device.backend.target.tile.join("x")}, medians in ms`);
for (const [index, { name, module }] of cases.entries()) {
  let labels: string[] = [];
  const steps: number[][] = [];
  const runs: number[] = [];
  const own: number[] = [];
  const peer: number[] = [];
  const round = async (timed: boolean) => {
    device.timer = timed
      ? {
          now: () => performance.now(),
          done: ({ plan, steps: times, run }) => {
            labels = plan.steps.map((step) => step.step.label);
            for (const [at, time] of times.entries()) (steps[at] ??= []).push(time);
            runs.push(run);
          },
        }
      : null;
    const start = performance.now();
    await forward(module);
    if (!timed) own.push(performance.now() - start);
  };
  for (let warm = 0; warm < 20; warm++) await round(false);
  for (let warm = 0; warm < 3; warm++) await torch(index);
  own.length = 0;
  const until = performance.now() + (1000 * seconds) / cases.length;
  while (performance.now() < until) {
    for (let turn = 0; turn < 3; turn++) await round(false);
    await round(true);
    // The first call after another program had the cores is a cold one, for both.
    await torch(index);
    peer.push(await torch(index));
  }
  console.log(
    `${name.padEnd(11)} ${median(own).toFixed(2)} torch ${median(peer).toFixed(2)} ratio ${(median(own) / median(peer)).toFixed(2)}` +
      ` | run ${median(runs).toFixed(2)}: ${labels.map((label, at) => `${label} ${median(steps[at]!).toFixed(2)}`).join(", ")}`,
  );
}
python.kill();
device.pool.stop();
