import type { Argv, InferredOptionTypes, Options } from "yargs";
import { conventions } from "../analysis/conventions/index.ts";
import type { ConventionName, NetworkMemory, Summary, TextFormat } from "../analysis/index.ts";
import { summaryText } from "../analysis/render/text.ts";
import { summarize } from "../analysis/summary.ts";
import { ConvsmithError, ShapeError } from "../core/errors.ts";
import { writeFileAtomic } from "../formats/node.ts";
import { checkFolder } from "./check-folder.ts";
import { conventionOption } from "./convention-option.ts";
import { UsageError } from "./errors.ts";
import { type FoundModel, findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { say } from "./output.ts";
import { checkWhole } from "./whole-number.ts";
import { terminalColumns, wrappedText } from "./wrapped-text.ts";

const format = (describe: string) => ({ type: "boolean", describe, default: false }) as const;

const options = {
  ...modelOptions,
  flat: { type: "boolean", describe: "A row for each op, not for each layer", default: false },
  depth: { type: "number", describe: "Levels of modules that are shown [all]", requiresArg: true },
  ...conventionOption,
  explain: { type: "string", describe: "Where this convention differs from --convention, and by how much [exact]" },
  memory: { type: "boolean", describe: "Peak memory of an inference and a training step", default: false },
  fold: { type: "boolean", describe: "Fold batch norm into the convolutions before it", default: false },
  ...jsonOption,
  csv: format("Print the rows as CSV"),
  markdown: format("Print the table as Markdown"),
  latex: format("Print the table as LaTeX"),
  html: format("One page with table, graph and memory"),
  out: { alias: "o", type: "string", describe: "Write to this file, not to stdout", requiresArg: true },
} as const satisfies Record<string, Options>;

export type SummaryOptions = InferredOptionTypes<typeof options> & { readonly model: string };

const formats = ["json", "csv", "markdown", "latex", "html"] as const;

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(options)
    .example("$0 summary espcn --scale 3 --input 1x1x360x640", "")
    .example("$0 summary vgg16 --convention torchvision --explain ptflops", "")
    .example("$0 summary net.ts --input 1x3x224x224 --html -o net.html", "");

/** Prints the table also of a network that fails, up to where it does. @throws what it threw, then. */
export async function handler({ model, ...asked }: SummaryOptions): Promise<void> {
  const chosen = formats.filter((each) => asked[each]);
  if (chosen.length > 1) throw new UsageError(`summary: one format at a time, got --${chosen.join(" and --")}`);
  const [kind] = chosen;
  checkExtras(kind, asked);
  checkExplain(asked.explain);
  checkWhole("--depth", asked.depth, 1);
  if (asked.out !== undefined) await checkFolder(asked.out);
  const found = await findModel(model, asked);
  const folding = asked.fold ? await folded(found) : null;
  const convention = asked.convention as ConventionName;
  const rows = asked.flat ? "ops" : "modules";
  const summary = summarize(found.network, found.inputShape, { convention, rows, partial: true });
  // The page of a network with unknown calls goes without it; who asks for it is told why there is none.
  const measured = asked.memory || (kind === "html" && summary.unknown.length === 0);
  const memory = summary.error === null && measured ? await memoryFor(found) : null;
  let text: string;
  if (kind === "json") {
    const explanation =
      asked.explain === undefined ? {} : { explanation: (await explained(found, convention, asked.explain)).data };
    text = JSON.stringify({
      ...summary.toJSON(),
      ...(memory && { memory }),
      ...(folding && { folding }),
      ...explanation,
    });
  } else if (kind === "html") text = await page(found, summary, memory);
  else text = await printed(found, summary, { ...asked, kind: kind ?? "table", memory, folding });
  if (asked.out === undefined) process.stdout.write(`${text}\n`);
  else {
    await writeFileAtomic(asked.out, `${text}\n`);
    say(`Wrote ${asked.out}`);
  }
  if (summary.error !== null) throw await withAccepted(found, summary.error);
}

/** What would stand behind the rows of a format that programs read, or has no place on the page. */
function checkExtras(kind: (typeof formats)[number] | undefined, { memory, explain }: Partial<SummaryOptions>): void {
  if (kind === undefined || kind === "json") return;
  const extras = [...(memory && kind !== "html" ? ["--memory"] : []), ...(explain === undefined ? [] : ["--explain"])];
  if (extras.length === 0) return;
  throw new UsageError(`summary: --${kind} goes without ${extras.join(" and ")}: leave it out, or use --json`);
}

function checkExplain(explain: string | undefined): void {
  if (!explain || explain in conventions) return;
  throw new UsageError(`--explain must be one of ${Object.keys(conventions).join(", ")}, got ${explain}`);
}

interface Printing {
  readonly kind: TextFormat;
  readonly depth: number | undefined;
  readonly explain: string | undefined;
  readonly memory: NetworkMemory | null;
  readonly folding: Awaited<ReturnType<typeof folded>> | null;
}

async function printed(
  found: FoundModel,
  summary: Summary,
  { kind, depth, memory, ...rest }: Printing,
): Promise<string> {
  const width = terminalColumns();
  const parts = [summaryText(summary, { format: kind, ...(depth === undefined ? {} : { depth }) })];
  // Rows alone are what a program reads.
  if (rest.folding && kind === "table") {
    const { folded, kept } = rest.folding;
    const note = `batch norm: ${folded.length} folded into the convolution before, ${kept.length} kept`;
    parts.push(wrappedText(note, "  ", width));
  }
  if (rest.explain !== undefined && summary.error === null)
    parts.push((await explained(found, summary.convention, rest.explain)).text(width));
  if (memory) parts.push((await import("./memory-text.ts")).memoryText(memory, width));
  return parts.join("\n\n");
}

// What most summaries do without is loaded when it is asked for: a summary starts quickly.

/** Two conventions beside each other; the exact one without another to compare it with, beside all. */
async function explained({ network, inputShape }: FoundModel, convention: ConventionName, other: string) {
  const { compareConventions, explain } = await import("../analysis/explain.ts");
  const { comparisonText, explainText } = await import("../analysis/explain-text.ts");
  if (convention === "exact" && (other === "" || other === "exact")) {
    const data = compareConventions(network, inputShape);
    return { data, text: (width: number) => comparisonText(data, { width }) };
  }
  const data = explain(network, inputShape, (other || "exact") as ConventionName, convention);
  return { data, text: (width: number) => explainText(data, { width }) };
}

async function folded({ network, inputShape }: FoundModel) {
  const { foldBatchNorm } = await import("../analysis/fold-batch-norm.ts");
  return foldBatchNorm(network, inputShape);
}

/** Needs the device's kernels, which a summary without it does not load. */
async function memoryFor({ network, inputShape }: FoundModel): Promise<NetworkMemory> {
  const { memoryDevice } = await import("./run-memory.ts");
  const { memoryOf } = await import("../analysis/memory.ts");
  return memoryOf(network, inputShape, memoryDevice());
}

async function page(found: FoundModel, summary: Summary, memory: NetworkMemory | null): Promise<string> {
  const { renderSummaryPage } = await import("./summary-page/render-summary-page.ts");
  const { networkGraph } = await import("../analysis/network-graph.ts");
  const { name, network, inputShape } = found;
  const { convention } = summary;
  return renderSummaryPage({
    title: name,
    summary: summarize(network, inputShape, { convention, partial: true }),
    flat: summarize(network, inputShape, { convention, rows: "ops", partial: true }),
    graph: networkGraph(network, inputShape),
    ...(memory && { memory }),
  });
}

/** Where the input does not fit, what does. */
async function withAccepted({ name, network }: FoundModel, error: unknown): Promise<unknown> {
  if (!(error instanceof ShapeError)) return error;
  const { acceptedInputs, inputsText } = await import("../analysis/solve/inputs.ts");
  try {
    return new ConvsmithError(`${error.message.replace(/\.$/, "")}. ${name} ${inputsText(acceptedInputs(network))}.`);
  } catch {
    // It takes no input at all: its own error tells more.
    return error;
  }
}
