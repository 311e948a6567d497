import { manualSeed, models, nn, noGrad, optim, tensor } from "convsmith";
import { DataLoader, loadImageFolder, stratifiedSplit } from "convsmith/data";
import { exportOnnx, readTensorFile, realTensor, toFloat32 } from "convsmith/formats";
import { fit, freeze, type Network, replaceLayer } from "convsmith/training";

export interface FineTuneOptions {
  /** resnet18's weights as PyTorch saves them: .pth or .safetensors. */
  readonly weights: string;
  /** A folder with one subfolder of pictures per class. */
  readonly data: string;
  /** Side of the pictures that the network gets. */
  readonly side: number;
  readonly epochs: number;
}

const normalize = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Teaches resnet18's last layer new classes; all others stay as they are. Gives the network, its accuracy on what was held back, and it as an .onnx file. */
export async function fineTune({ weights, data, side, epochs }: FineTuneOptions) {
  manualSeed(0);
  const size = { width: side, height: side, resize: Math.round((side * 8) / 7) };
  const pictures = await loadImageFolder(data, { ...size, normalize });
  const [training, heldBack] = stratifiedSplit(pictures, 0.8, 0);

  const model = models.createModel("resnet18").network as Network;
  const { tensors } = await readTensorFile(weights);
  const numbers = [...tensors].map(([name, each]) => {
    return [name, { shape: each.shape, data: toFloat32(realTensor(name, each)) }] as const;
  });
  model.loadStateDict(new Map(numbers));
  freeze(model, "*");
  replaceLayer(model, "fc", new nn.Linear(512, pictures.classes.length));

  const trained = model.parameters().filter((each) => each.requiresGrad);
  const optimizer = new optim.Adam(trained, { lr: 0.01 });
  const loader = new DataLoader(training, { batchSize: 8, augment: "crop" });
  // biome-ignore lint/suspicious/noFocusedTests: this trains and is no test
  await fit({ model, optimizer, loss: new nn.CrossEntropyLoss(), loader, epochs });

  model.eval();
  let right = 0;
  const loaderOfHeldBack = new DataLoader(heldBack, { batchSize: 8, shuffle: false });
  for (const { input, target } of loaderOfHeldBack.epoch(0)) {
    const logits = await noGrad(() => model.forward(tensor(input.data, input.shape))).data();
    for (const [at, label] of target.data.entries()) {
      const row = logits.slice(at * pictures.classes.length, (at + 1) * pictures.classes.length);
      if (row.indexOf(Math.max(...row)) === label) right++;
    }
  }
  const { bytes } = await exportOnnx(model, [1, 3, side, side]);
  return { model, classes: pictures.classes, accuracy: right / heldBack.length, onnx: bytes };
}
