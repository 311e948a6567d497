/** A published figure that is not ours. */
export interface Deviation {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly printed: number | string;
  /** null where we have no network for the row. */
  readonly ours: number | string | null;
  readonly kind: "wrong at its source" | "not expressible";
  readonly why: string;
}

/** Every one of them: the tests take no figure for another that is not told here. docs/published-figures.md tells them to users. */
export const deviations: readonly Deviation[] = [
  ...wrong("calflops_readme_torchvision", [
    [
      "alexnet",
      "macs_total",
      7_418_800_000,
      714_188_000,
      "714,188,000 without its first 1 and with two zeros more: the row's own 1,429,740,000 FLOPs are twice 714,188,480 and 1,364,224 for biases, ReLU and pooling",
    ],
    [
      "alexnet",
      "gmacs",
      741.19,
      0.71,
      "714.19 with two digits exchanged, and in millions where the column is in billions",
    ],
    [
      "densenet161",
      "macs_total",
      7_727_900_000,
      7_727_910_000,
      "7,727,907,072: every other total of the table has six digits, this one lost its last",
    ],
    [
      "densenet161",
      "flops_total",
      1_554_650_000,
      15_546_500_000,
      "a zero is missing: the row's own 15.55 GFLOPs are ten times as much",
    ],
    ["resnet101", "flops_total", 15_690_900_000, 15_650_900_000, "a 9 for a 5: the row's own 15.65 GFLOPs are ours"],
    ["inception_v3", "gflops", 5.29, 5.69, "a 2 for a 6: the row's own total of 5,692,390,000 is ours"],
    [
      "densenet169",
      "params_total",
      14_195_000,
      14_149_500,
      "a 4 is missing from 14,149,480: the row's own 14.15 million are ours",
    ],
  ]),
  ...wrong("ptflops_readme_torchvision", [
    [
      "inception_v3",
      "input",
      "224x224",
      "299x299",
      "5.75 and 5.71 GMACs are those of 299 pixels; at 224 pixels ptflops counts 2.86 and 2.84",
    ],
  ]),
  ...wrong("transposed_conv_vectors", [
    [
      "ConvTranspose2d(3,1,k=2,s=2) 1x3x2x2 ptflops",
      "ptflops_expected_by_reporter",
      52,
      64,
      "48 MACs and a bias for each of the 4 inputs; but the bias is added to each of the 16 outputs",
    ],
  ]),
  ...wrong("torchsummary_readme", [
    [
      "SimpleConv (two inputs, shared conv)",
      "Total params",
      20,
      10,
      "one convolution, called twice, counts twice: 9 weights and a bias are 10",
    ],
    [
      "SimpleConv (two inputs, shared conv)",
      "Trainable params",
      20,
      10,
      "all of them are trainable, and counted twice",
    ],
    [
      "SimpleConv (two inputs, shared conv)",
      "Input size (MB)",
      0.77,
      0,
      "the product of both inputs, 256 · 784 · 4 bytes; their sum is 4,160 bytes",
    ],
    [
      "SimpleConv (two inputs, shared conv)",
      "Estimated Total Size (MB)",
      0.78,
      0.02,
      "holds the input size above; 16,640 bytes of outputs, 4,160 of inputs and 40 of parameters are 0.02",
    ],
  ]),
  ...inexpressible("torchinfo_readme", [
    ["LSTMNet", "total_mult_adds_M", 376.85, "recurrent layers and embeddings are no part of convsmith"],
  ]),
  ...inexpressible("ptflops_readme_torchvision", [
    [
      "maxvit_t",
      "gmacs_pytorch_backend",
      5.48,
      "its attention within blocks and grids, with relative positions, is no part of convsmith's layers",
    ],
  ]),
];

type Wrong = readonly [row: string, column: string, printed: number | string, ours: number | string, why: string];

function wrong(table: string, rows: readonly Wrong[]): Deviation[] {
  return rows.map(([row, column, printed, ours, why]) => ({
    ...{ table, row, column, printed, ours, why },
    kind: "wrong at its source",
  }));
}

type Inexpressible = readonly [row: string, column: string, printed: number | string, why: string];

function inexpressible(table: string, rows: readonly Inexpressible[]): Deviation[] {
  return rows.map(([row, column, printed, why]) => ({
    ...{ table, row, column, printed, why },
    ours: null,
    kind: "not expressible",
  }));
}
