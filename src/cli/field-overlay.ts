import type { Range } from "../analysis/index.ts";
import type { FieldLayout, View } from "./field-layout.ts";
import { fieldLegend, legendHeight } from "./field-legend.ts";
import { circleStroke, crossStroke, fieldStroke, pathStroke, pathsApart } from "./field-strokes.ts";
import type { FieldFacts } from "./field-text.ts";

/** Outlines, hatching and legend as SVG, to lie above the heat. */
export function fieldOverlay(facts: FieldFacts, layout: FieldLayout): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${layout.height + legendHeight}">
<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="#e8e8e8"/><rect width="2" height="8" fill="#999"/></pattern></defs>
${layout.views.map((view, at) => viewOverlay(facts, view, at)).join("\n")}
${fieldLegend(facts, layout)}
</svg>`;
}

function viewOverlay(facts: FieldFacts, view: View, at: number): string {
  const { seen, effective, circle, paths } = facts;
  const { rows, columns, zoom, left, top, tiny } = view;
  const x = (column: number) => left + (column - columns[0]) * zoom;
  const y = (row: number) => top + (row - rows[0]) * zoom;
  const box = (down: Range, across: Range, grown = 0) =>
    `M${x(across[0]) - grown} ${y(down[0]) - grown}H${x(across[1] + 1) + grown}V${y(down[1] + 1) + grown}H${x(across[0]) - grown}z`;
  const input = box([0, effective.height - 1], [0, effective.width - 1]);
  const frame = (edges: string) => `<path d="${edges}" fill="none" stroke="#555" stroke-width="1"/>`;
  const parts = at === 0 ? [frame(input)] : [frame(input), frame(box(rows, columns))];
  if (seen.rows[0] <= seen.rows[1]) {
    const field = box(seen.rows, seen.columns);
    parts.unshift(
      `<clipPath id="field${at}"><path d="${field}"/></clipPath>`,
      `<path d="${field} ${input}" fill="url(#hatch)" fill-rule="evenodd" clip-path="url(#field${at})"/>`,
    );
    parts.push(fieldStroke(field));
    for (const [which, { height, width }] of pathsApart(facts) && !tiny ? paths.paths.entries() : []) {
      const path = box([height.first, height.last], [width.first, width.last]);
      if (!height.whole && !width.whole && path !== field) {
        parts.push(pathStroke(box([height.first, height.last], [width.first, width.last], -2.5), which));
      }
    }
    const middle = ([first, last]: Range) => (first + last + 1) / 2;
    const lines = `M${x(middle(seen.columns)) - 6} ${y(middle(seen.rows))}h12m-6 -6v12`;
    if (!tiny && !seen.whole) parts.push(crossStroke(lines));
  }
  if (circle && !tiny) {
    const radius = Math.max(circle.radius, 0.5) * zoom;
    parts.push(circleStroke(`<circle cx="${x(circle.x + 0.5)}" cy="${y(circle.y + 0.5)}" r="${radius}"`));
  }
  // With room for the strokes at its edge.
  return `<clipPath id="view${at}"><path d="${box(rows, columns, 4)}"/></clipPath><g clip-path="url(#view${at})">${parts.join("\n")}</g>`;
}
