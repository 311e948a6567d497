// Usage: npx tsx examples/fine-tuning/main.ts resnet18.pth PICTURES [net.onnx]
import { writeFile } from "node:fs/promises";
import { fineTune } from "./fine-tune.ts";

const [weights, data, out = "net.onnx"] = process.argv.slice(2);
if (!weights || !data) {
  console.error("Usage: npx tsx examples/fine-tuning/main.ts resnet18.pth PICTURES [net.onnx]");
  process.exit(1);
}
const { classes, accuracy, onnx } = await fineTune({ weights, data, side: 224, epochs: 5 });
await writeFile(out, onnx);
console.log(
  `${classes.join(", ")}: ${(100 * accuracy).toFixed(1)} % of the pictures that were held back; wrote ${out}`,
);
