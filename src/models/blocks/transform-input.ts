import { cat, type Tensor } from "../../tensor/index.ts";

/** Mean and deviation of ImageNet's red, green and blue, by which torchvision's pictures are normalised. */
const channels = [
  [0.485, 0.229],
  [0.456, 0.224],
  [0.406, 0.225],
] as const;

/** Pictures [N, 3, H, W] normalised by ImageNet's statistics → by mean 0.5 and deviation 0.5, as Inception's weights want them. */
export function transformInput(x: Tensor): Tensor {
  return cat(
    channels.map(([mean, deviation], at) =>
      x
        .narrow(1, at, 1)
        .mul(deviation / 0.5)
        .add((mean - 0.5) / 0.5),
    ),
    1,
  );
}
