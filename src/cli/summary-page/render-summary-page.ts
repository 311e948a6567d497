import { conventionOf, type NetworkGraph, type Summary } from "../../analysis/index.ts";
import { countNames } from "../../analysis/render/count-names.ts";
import { fieldText } from "../../analysis/render/fields.ts";
import { errorText } from "../../analysis/render/frame.ts";
import { grouped } from "../../analysis/render/numbers.ts";
import { htmlPage } from "../../pages/document.ts";
import { escapeHtml, scriptJson } from "../../pages/html.ts";
import { graphScript } from "./graph-script.ts";
import { graphSection } from "./graph-section.ts";
import { layerTable } from "./layer-table.ts";
import { memoryCharts, memorySection, type PageMemory } from "./memory-section.ts";
import { summaryStyle } from "./page-style.ts";
import { tableScript } from "./table-script.ts";

export interface SummaryPageParts {
  /** What the user calls the network. */
  readonly title: string;
  /** By modules. */
  readonly summary: Summary;
  /** The same by ops. */
  readonly flat: Summary;
  readonly graph: NetworkGraph;
  /** Left out where the network fails. */
  readonly memory?: PageMemory;
}

/** One page with all that summary knows, and no request to anywhere: graph, layers, memory. */
export function renderSummaryPage({ title, summary, flat, graph, memory }: SummaryPageParts): string {
  const { html, geometry } = graphSection(graph, flat);
  const charts = memory ? memoryCharts(memory) : [];
  const body = [
    overview(summary, memory),
    html,
    layerTable(summary, flat),
    memory ? memorySection(memory, charts) : "",
  ];
  return htmlPage({
    title: `${title} on ${summary.inputShape.join("×")}`,
    body: body.join("\n"),
    charts,
    style: summaryStyle,
    // Each in a block of its own, so that their names do not meet.
    script: `{\nconst graph = ${scriptJson(geometry)};\n${graphScript}}\n{${tableScript}}\n`,
  });
}

function overview(summary: Summary, memory: PageMemory | undefined): string {
  const { totals, convention, error, layers } = summary;
  const { meaning } = conventionOf(convention);
  const names = countNames(summary);
  const field = layers.findLast(({ outputShape }) => outputShape !== null)?.receptiveField;
  const figures: (readonly [string, string] | null)[] = [
    ["parameters", grouped(totals.parameters)],
    totals.trainable === totals.parameters ? null : ["trainable", grouped(totals.trainable)],
    names.macs === null ? null : [names.macs, grouped(totals.macs)],
    names.flops === null ? null : [names.flops, grouped(totals.flops)],
    ["bytes of activations", grouped(totals.activationBytes)],
    memory ? ["bytes at the peak of inference", grouped(memory.inference.totalBytes)] : null,
    memory?.training ? ["bytes at the peak of training", grouped(memory.training.totalBytes)] : null,
    field && error === null ? ["receptive field", fieldText(field)] : null,
  ];
  const list = figures.flatMap((each) =>
    each ? `<div><dt>${escapeHtml(each[0])}</dt><dd>${escapeHtml(each[1])}</dd></div>` : [],
  );
  const failure = error === null ? "" : `<p class="failure" role="alert">✗ ${escapeHtml(errorText(error))}</p>`;
  const hint = `Counted as ${convention === "exact" ? "what is computed" : `${convention} does`}: ${meaning}. One MAC is a multiplication and an addition.
Multiplications, additions and bias additions are exact under any convention. A receptive field is what one position of the output sees of the input, in pixels; its centre is that of position 0.`;
  return `${failure}<dl class="figures">${list.join("")}</dl>\n<p class="hint">${escapeHtml(hint)}</p>`;
}
