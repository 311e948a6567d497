import { manualSeed, models, nn, optim, setDevice, tensor, wasmDevice } from "../../dist/browser/convsmith.js";

/** Trains ESPCN x3 to sharpen waves, and calls `onStep` with what is known after each step. */
export async function train({ threads, steps, onStep }) {
  const device = wasmDevice({ threads });
  // Training starts without it too, but the first steps would run while the threads start.
  await device.ready();
  setDevice(device);
  manualSeed(0);
  const model = new models.Espcn(3);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const mse = new nn.MSELoss();
  const target = tensor(waves(16, 51)).reshape(16, 1, 51, 51);
  const input = new nn.AvgPool2d(3).forward(target);

  const start = performance.now();
  for (let step = 1; step <= steps; step++) {
    optimizer.zeroGrad();
    const loss = mse.forward(model.forward(input), target);
    loss.backward();
    await optimizer.step();
    const seconds = (performance.now() - start) / 1000;
    onStep({ step, loss: await loss.item(), stepsPerSecond: step / seconds, threads: device.pool.working });
  }
  return { fingerprint: await fingerprint(model) };
}

/** `count` square pictures of waves in all directions, brightness from 0 to 1. */
function waves(count, side) {
  return Float32Array.from({ length: count * side * side }, (_, index) => {
    const x = index % side;
    const y = Math.floor(index / side) % side;
    const picture = Math.floor(index / side ** 2);
    return 0.5 + 0.4 * Math.sin((x * (picture % 4) + y * Math.floor(picture / 4)) / 5 + picture);
  });
}

/** A hash of every bit of the weights (FNV-1a over words): two trainings with the same one went the same way. */
async function fingerprint(model) {
  let hash = 0x811c9dc5;
  for (const parameter of model.parameters()) {
    const values = await parameter.data();
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
