import type { Summary, TreeRow } from "../../analysis/index.ts";
import { flatRows, summaryTree } from "../../analysis/index.ts";
import { type Column, columnsOf } from "../../analysis/render/columns.ts";
import { percent } from "../../analysis/render/numbers.ts";
import { labelOf } from "../../analysis/render/rows.ts";
import { escapeHtml, section } from "../../pages/html.ts";
import { foldedDepth } from "./folded-depth.ts";

/** What has a bar and a share of its own beside the figure. */
const shared = ["parameters", "macs", "flops", "activationBytes"] as const;
type Shared = (typeof shared)[number];
const isShared = (key: string): key is Shared => shared.includes(key as Shared);

/** What stands last. */
const inDetail: ReadonlySet<string> = new Set(["multiplications", "additions", "biasAdditions", "other"]);

/** The rows of modules and, to switch to, those of ops. Rows are sorted, folded and filtered by the page's script. */
export function layerTable(modules: Summary, ops: Summary): string {
  const kinds = [
    ["modules", "modules"],
    ["ops", "ops"],
  ].map(
    ([value, label]) =>
      `<label><input type="radio" name="rows" value="${value}"${value === "modules" ? " checked" : ""}> ${label}</label>`,
  );
  const html = `<div class="tools"><fieldset><legend>Rows</legend>${kinds.join("")}</fieldset>
<label>Filter <input type="search" id="filter" placeholder="path or type" autocomplete="off"></label>
<output id="found" aria-live="polite"></output></div>
${table("modules", modules, summaryTree(modules))}
${table("ops", ops, flatRows(ops))}`;
  return section("Layers", html);
}

/** End tags that HTML does not ask for are left out: a big network has tens of thousands of cells. */
function table(kind: "modules" | "ops", summary: Summary, rows: readonly TreeRow[]): string {
  const columns = columnsOf(summary, rows)
    .filter(({ key }) => !key.endsWith("Share"))
    .sort((a, b) => Number(inDetail.has(a.key)) - Number(inDetail.has(b.key)));
  const head = ["#", ...columns.map(({ title }) => title)].map((title, at) => {
    const left = at > 0 && columns[at - 1]!.left;
    const key = at === 0 ? "order" : columns[at - 1]!.key;
    const sort = at === 0 ? "ascending" : "none";
    return `<th scope="col"${left ? "" : ' class="number"'} data-key="${key}" aria-sort="${sort}"><button type="button">${escapeHtml(title)}</button></th>`;
  });
  const folded = foldedDepth(rows);
  const calls = rows.filter(({ kind }) => kind === "call");
  const longest = Object.fromEntries(shared.map((key) => [key, Math.max(0, ...calls.map(({ share }) => share[key]))]));
  const body = rows.map((row, at) => {
    const cells = columns.map((column) => (column.key === "path" ? pathCell(row, folded) : cell(column, row, longest)));
    return `<tr class="${row.kind}" data-depth="${row.depth}"><td>${at + 1}${cells.join("")}`;
  });
  const foot = columns.map(({ total, key }) => (key === "path" ? `<th scope="row">${total}` : `<td>${total}`));
  return `<div class="scroll layers" tabindex="0" role="region" aria-label="Layers: rows of ${kind}" data-rows="${kind}"${kind === "ops" ? " hidden" : ""}><table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
<tfoot><tr><td>${foot.join("")}</tfoot></table></div>`;
}

/** The bars compare calls: the longest is the largest of them. */
function cell({ key, text, number, left }: Column, row: TreeRow, longest: Readonly<Record<string, number>>): string {
  const words = escapeHtml(text(row));
  if (left) return `<td class="text">${words}`;
  const value = number?.(row) ?? null;
  // Figures that are written in full are read from the text.
  const written = value === null || value === 0 || words === value.toLocaleString("en-US");
  const data = written ? "" : ` data-value="${value}"`;
  if (!isShared(key) || row.share[key] === 0) return `<td${data}>${words}`;
  const bar = row.kind !== "call" ? "" : ` class="${key}" style="--bar:${(row.share[key] / longest[key]!).toFixed(3)}"`;
  return `<td${bar}${data}>${words} <small>${percent(row.share[key])}</small>`;
}

/** In the tree, what a row stands in is seen from where it stands. */
function pathCell(row: TreeRow, folded: number): string {
  const label = labelOf(row);
  const around = label.endsWith(row.name) ? label.slice(0, label.length - row.name.length) : "";
  const words = `${around && `<span class="around">${escapeHtml(around)}</span>`}${escapeHtml(label.slice(around.length))}`;
  const toggle =
    row.kind === "group"
      ? `<button type="button" class="fold" aria-expanded="${row.depth < folded}" aria-label="What is inside ${escapeHtml(label)}"></button>`
      : "";
  return `<th scope="row"${row.depth > 0 ? ` style="--depth:${row.depth}"` : ""}>${toggle}${words}`;
}
