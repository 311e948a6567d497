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
  const body = rows.map((row, at) => {
    const cells = columns.map((column) => cell(column, row, folded));
    return `<tr class="${row.kind}" data-depth="${row.depth}"><td class="number">${at + 1}</td>${cells.join("")}</tr>`;
  });
  const foot = columns.map(({ total, left, key }) =>
    key === "path" ? `<th scope="row">${total}</th>` : `<td${left ? "" : ' class="number"'}>${total}</td>`,
  );
  return `<div class="scroll layers" tabindex="0" role="region" aria-label="Layers: rows of ${kind}" data-rows="${kind}"${kind === "ops" ? " hidden" : ""}><table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
<tfoot><tr><td></td>${foot.join("")}</tr></tfoot></table></div>`;
}

function cell({ key, text, number, left }: Column, row: TreeRow, folded: number): string {
  if (key === "path") return pathCell(row, folded);
  const words = escapeHtml(text(row));
  if (left) return `<td>${words}</td>`;
  const value = number?.(row) ?? null;
  // Figures that are written in full are read from the text.
  const written = value === null || value === 0 || words === value.toLocaleString("en-US");
  const data = written ? "" : ` data-value="${value}"`;
  if (!isShared(key) || row.share[key] === 0) return `<td class="number"${data}>${words}</td>`;
  const share = ` <small>${percent(row.share[key])}</small>`;
  const bar = `<i class="bar ${key}" style="width:${(100 * row.share[key]).toFixed(2)}%"></i>`;
  return `<td class="number"${data}>${words}${share}${bar}</td>`;
}

function pathCell(row: TreeRow, folded: number): string {
  const label = escapeHtml(labelOf(row));
  const toggle =
    row.kind === "group"
      ? `<button type="button" class="fold" aria-expanded="${row.depth < folded}" aria-label="What is inside ${label}"></button>`
      : "";
  return `<th scope="row" style="--depth:${row.depth}">${toggle}${label}</th>`;
}
