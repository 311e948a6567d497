import { ArgumentError } from "../../core/errors.ts";
import { escapeHtml, section, table } from "../../pages/html.ts";
import type { ReportComparison, ReportConfusion, ReportData, ReportPicture, ReportTable } from "./report-data.ts";

export function factsSection(facts: ReportData["facts"]): string {
  const rows = facts.map(([name, value]) => `<th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td>`);
  return rows.length === 0 ? "" : section("Run", table("facts", "Run", "", rows));
}

export function metricsSection({ title, columns, rows }: ReportTable): string {
  const head = columns.map(
    ({ label }, index) => `<th scope="col"${index > 0 ? ' class="number"' : ""}>${escapeHtml(label)}</th>`,
  );
  const best = columns.map(({ best }, index) => {
    const values = rows.map((row) => row[index]).filter((value) => typeof value === "number");
    if (best === undefined || values.length < 2) return undefined;
    return best === "highest" ? Math.max(...values) : Math.min(...values);
  });
  const body = rows.map((row) => {
    const cells = row.map((value, index) => {
      if (index === 0) return `<th scope="row">${escapeHtml(value ?? "")}</th>`;
      if (value === null) return '<td class="number">–</td>';
      const text = typeof value === "number" ? value.toFixed(columns[index]?.digits ?? 2) : escapeHtml(value);
      return `<td class="number">${value === best[index] ? `<strong>${text}</strong>` : text}</td>`;
    });
    return cells.join("");
  });
  const note = best.some((value) => value !== undefined)
    ? '<p class="hint">The best value of a column is bold.</p>'
    : "";
  return section(title, `${table("metrics", title, `<tr>${head.join("")}</tr>`, body)}\n${note}`);
}

export function comparisonsSection(comparisons: readonly ReportComparison[]): string {
  if (comparisons.length === 0) return "";
  const hint =
    '<p class="hint">Move the divider with the mouse, a finger, or the arrow keys; Home and End show one picture alone.</p>';
  return section("Pictures", `${hint}\n${comparisons.map(comparison).join("\n")}`);
}

function comparison({ title, before, after }: ReportComparison): string {
  const label = `${title}: share of ${before.label} that is shown, the rest is ${after.label}`;
  // Small pictures are enlarged, and their pixels shown as squares.
  const scale = Math.max(1, Math.ceil(480 / before.width));
  const style = `--width: ${before.width * scale}px; aspect-ratio: ${before.width} / ${before.height}`;
  return `<figure class="comparison"><h3>${escapeHtml(title)}</h3>
<div class="slider${scale > 1 ? " enlarged" : ""}" style="${style}">
${picture(before, "before")}
${picture(after, "after")}
<span class="divider"></span>
<input type="range" min="0" max="100" step="1" value="50" aria-label="${escapeHtml(label)}">
</div>
<figcaption><span>◀ ${escapeHtml(before.label)}</span><span>${escapeHtml(after.label)} ▶</span></figcaption></figure>`;
}

function picture({ label, source, width, height }: ReportPicture, className: string): string {
  if (!/^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(source)) {
    const got = escapeHtml(source.slice(0, 40));
    throw new ArgumentError(
      `report: picture "${label}" needs a data:image/png, jpeg or webp URI in base64, got ${got}`,
    );
  }
  if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0)) {
    throw new ArgumentError(
      `report: picture "${label}" needs a width and height in whole pixels, got ${width} x ${height}`,
    );
  }
  return `<img class="${className}" src="${source}" width="${width}" height="${height}" alt="${escapeHtml(label)}">`;
}

export function confusionSection({ classes, counts }: ReportConfusion): string {
  if (counts.length !== classes.length || counts.some((row) => row.length !== classes.length)) {
    const got = `${counts.length} rows of ${counts[0]?.length ?? 0}`;
    throw new ArgumentError(`report: confusion needs ${classes.length} x ${classes.length} counts, got ${got}`);
  }
  const names = classes.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  const head = `<tr><td></td><th scope="colgroup" colspan="${classes.length}">Predicted</th><td colspan="2"></td></tr>
<tr><th scope="col">Actual</th>${names}<th scope="col" class="total">Pictures</th><th scope="col">Accuracy</th></tr>`;
  let right = 0;
  let all = 0;
  const rows = classes.map((name, actual) => {
    const row = Array.from(counts[actual]!);
    const total = row.reduce((sum, count) => sum + count, 0);
    right += row[actual]!;
    all += total;
    const cells = row.map((count, predicted) => {
      const share = total > 0 ? Math.round((100 * count) / total) : 0;
      // Any error stays visible, however rare.
      const shade = count > 0 ? Math.max(4, Math.round(0.6 * share)) : 0;
      const kind = predicted === actual ? "right" : count > 0 ? "wrong" : "none";
      return `<td class="${kind}" style="--shade: ${shade}%">${count}</td>`;
    });
    const tail = `<td class="total">${total}</td><td>${percent(row[actual]!, total)}</td>`;
    return `<th scope="row">${escapeHtml(name)}</th>${cells.join("")}${tail}`;
  });
  const overall = `<p>${right} of ${all} pictures are right: ${percent(right, all)}.</p>`;
  return section("Confusion matrix", `${overall}\n${table("confusion", "Confusion matrix", head, rows)}`);
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(2)} %` : "–";
}
