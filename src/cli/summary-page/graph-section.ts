import type { GraphItem, NetworkGraph, Summary } from "../../analysis/index.ts";
import { type CountNames, countNames } from "../../analysis/render/count-names.ts";
import { shortened } from "../../analysis/render/fit.ts";
import { grouped, percent } from "../../analysis/render/numbers.ts";
import { escapeHtml, section } from "../../pages/html.ts";
import { boxHeight, boxWidth } from "./lay-out-block.ts";
import { layOutGraph, openedAtFirst } from "./lay-out-graph.ts";

/** What the page's script lays the boxes out with. */
export interface GraphGeometry {
  readonly boxWidth: number;
  readonly boxHeight: number;
  /** By item; the root's is "root". */
  readonly blocks: Readonly<Record<string, BlockGeometry>>;
  readonly opened: readonly number[];
}

interface BlockGeometry {
  readonly size: readonly [width: number, height: number];
  /** Item and centre. */
  readonly places: readonly (readonly [item: number, x: number, y: number])[];
  /** Both ends, then the points between them one after the other. */
  readonly lines: readonly (readonly [from: number | null, to: number | null, ...points: number[]])[];
}

interface Figures {
  parameters: number;
  macs: number;
  flops: number;
  activationBytes: number;
}

/**
 * The drawing of the graph: boxes that the script puts into their places, blocks within blocks. `ops` has the rows of ops,
 * from which each box gets its figures.
 */
export function graphSection(graph: NetworkGraph, ops: Summary): { html: string; geometry: GraphGeometry } {
  const { root, blocks } = layOutGraph(graph);
  const names = countNames(ops);
  const drawing = new Drawing(graph, ops);
  const plain = ({ width, height, places, lines }: typeof root): BlockGeometry => ({
    size: [width, height],
    places,
    lines: lines.map(({ from, to, points }) => [from, to, ...points.flat()]),
  });
  const geometry: GraphGeometry = {
    boxWidth,
    boxHeight,
    blocks: Object.fromEntries([["root", plain(root)], ...[...blocks].map(([id, block]) => [id, plain(block)])]),
    opened: [...openedAtFirst(graph)],
  };
  const buttons = [
    ["open", "Open all"],
    ["close", "Close all"],
    ["smaller", "Smaller"],
    ["larger", "Larger"],
  ].map(([action, label]) => `<button type="button" data-graph="${action}">${label}</button>`);
  const hint = `Click a block to open it, or go through the boxes with the arrow keys and press Enter. The upper bar of a box is its part of
the ${names[names.cost]}, the lower one of the parameters.`;
  const html = `<p class="hint">${hint}</p>
<div class="tools">${blocks.size > 0 ? buttons.join("") : buttons.slice(2).join("")}</div>
<div class="graph"><div class="scroll canvas" role="group" aria-label="The graph, in the order in which values flow"><svg id="graph" xmlns="http://www.w3.org/2000/svg">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
${drawing.block("root", graph.root.items, "")}
</svg></div>
<pre class="details" aria-live="polite">Point at a box, or go to it with the keyboard, to see its figures here.</pre></div>`;
  return { html: section("Graph", html), geometry };
}

class Drawing {
  readonly #items: readonly GraphItem[];
  readonly #rows: Summary["layers"];
  readonly #totals: Figures;
  readonly #failedAt: string | null;
  readonly #names: CountNames;

  constructor({ items }: NetworkGraph, ops: Summary) {
    this.#items = items;
    this.#rows = ops.layers.filter(({ outputShape, unknown }) => outputShape !== null && unknown === null);
    this.#totals = ops.totals;
    this.#failedAt = ops.failedAt;
    this.#names = countNames(ops);
  }

  /** Lines, then boxes; the script fills in where. */
  block(id: number | "root", items: readonly number[], path: string): string {
    return `<g class="inside" data-block="${id}"><g class="lines"></g>${items.map((item) => this.#box(this.#items[item]!, path)).join("\n")}</g>`;
  }

  #box(item: GraphItem, around: string): string {
    const { id, kind, path, type, description, outputShape, reason, inside } = item;
    const figures = this.#figures(item);
    const output = kind === "failed" ? `✗ ${this.#failedAt ?? "see the error above"}` : (outputShape?.join("×") ?? "?");
    const isModule = kind === "layer" || kind === "block" || kind === "unknown";
    const name = isModule ? path : kind === "op" ? "" : kind;
    const local = path.startsWith(`${around}.`) ? path.slice(around.length + 1) : path;
    const first = kind === "block" && description === type ? `${local} (${type})` : description;
    const second = reason ? `${local} · not known` : kind === "layer" ? `${local} · ${output}` : output;
    const facts = [
      [name, name === description ? "" : description].filter(Boolean).join(": "),
      inside && `${item.ops.length} ops inside`,
      reason && `not counted: ${reason}`,
      kind === "failed" ? output : `output ${output}`,
      ...(item.ops.length === 0 ? [] : factsOf(figures, this.#totals, this.#names)),
    ].filter(Boolean);
    const bar = (key: "macs" | "flops" | "parameters", y: number) => {
      const share = this.#totals[key] === 0 ? 0 : figures[key] / this.#totals[key];
      const width = share === 0 ? 0 : Math.max(1.5, share * (boxWidth - 12));
      return width === 0
        ? ""
        : `<rect class="${key === "parameters" ? key : "cost"}" x="6" y="${y}" width="${width.toFixed(1)}" height="3"/>`;
    };
    const opens = inside ? ` role="button" aria-expanded="false"` : ` role="img"`;
    const head = `<g class="head" tabindex="-1"${opens}><rect class="box" width="${boxWidth}" height="${boxHeight}" rx="${isModule ? 5 : 14}"/>\
<text x="10" y="17">${inside ? '<tspan class="sign">+</tspan> ' : ""}${escapeHtml(shortened(first, inside ? 24 : 26))}</text><text class="quiet" x="10" y="32">${escapeHtml(shortened(second, 31))}</text>\
${bar(this.#names.cost, boxHeight - 8)}${bar("parameters", boxHeight - 4)}<title>${escapeHtml(facts.join("\n"))}</title></g>`;
    return `<g class="item ${kind}" data-item="${id}">${head}${inside ? this.block(id, inside.items, path) : ""}</g>`;
  }

  #figures({ ops }: GraphItem): Figures {
    const sum = { parameters: 0, macs: 0, flops: 0, activationBytes: 0 };
    for (const op of ops) {
      const row = this.#rows[op]!;
      sum.parameters += row.parameters;
      sum.macs += row.macs;
      sum.flops += row.flops;
      sum.activationBytes += row.activationBytes;
    }
    return sum;
  }
}

function factsOf(figures: Figures, totals: Figures, { macs, flops }: CountNames): string[] {
  const fact = (key: keyof Figures, name: string) => {
    const part = figures[key] === 0 ? "" : ` (${percent(figures[key] / totals[key])})`;
    return `${grouped(figures[key])} ${name}${part}`;
  };
  return [
    fact("parameters", "parameters"),
    ...(macs === null ? [] : [fact("macs", macs)]),
    ...(flops === null ? [] : [fact("flops", flops)]),
    fact("activationBytes", "bytes of activations"),
  ];
}
