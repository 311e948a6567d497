import type { Range } from "../analysis/index.ts";
import type { FieldLayout } from "./field-layout.ts";
import { conditions, effectiveText, type FieldFacts, headline, percent, sizeOf } from "./field-text.ts";
import { viridis } from "./viridis.ts";

export const legendHeight = 132;

/** Okabe and Ito's colours: told apart without colour vision, and from viridis by their edge. */
const fieldColour = "#d55e00";
const pathColours = ["#e69f00", "#cc79a7", "#56b4e9", "#f0e442", "#0072b2"];
const dashes = ' stroke-dasharray="7 5"';

/** Outlines, hatching and legend as SVG, to lie above the heat. */
export function fieldOverlay(facts: FieldFacts, layout: FieldLayout): string {
  const { seen, effective, circle, paths } = facts;
  const { width, zoom, left, top } = layout;
  const x = (column: number) => left + column * zoom;
  const y = (row: number) => top + row * zoom;
  const input = rectangle(x(0), y(0), effective.width * zoom, effective.height * zoom);
  const parts = [`<rect ${input} fill="none" stroke="#555" stroke-width="1"/>`];
  if (seen.rows[0] <= seen.rows[1]) {
    const box = shown(seen.rows, seen.columns, facts, layout);
    parts.push(
      `<path d="${box.area} ${pathOf(x(0), y(0), effective.width * zoom, effective.height * zoom)}" fill="url(#hatch)" fill-rule="evenodd" clip-path="url(#field)"/>`,
    );
    if (apart(facts)) {
      for (const [at, each] of paths.paths.entries()) {
        if (each.height.whole || each.width.whole) continue;
        const inner = shown([each.height.first, each.height.last], [each.width.first, each.width.last], facts, layout);
        parts.push(thin(inner.edges, pathColours[at]!));
      }
    }
    parts.push(outline(box.edges));
    const [middleX, middleY] = [
      x((seen.columns[0] + seen.columns[1] + 1) / 2),
      y((seen.rows[0] + seen.rows[1] + 1) / 2),
    ];
    parts.push(cased(`<path d="M${middleX - 6} ${middleY}h12M${middleX} ${middleY - 6}v12"`, "#fff", "#000", 2.5));
    parts.unshift(`<clipPath id="field"><path d="${box.area}"/></clipPath>`);
  }
  if (circle) {
    const [cx, cy, r] = [x(circle.x + 0.5), y(circle.y + 0.5), Math.max(circle.radius, 0.5) * zoom];
    parts.push(dashed(`<circle cx="${cx}" cy="${cy}" r="${r}"`));
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${layout.height + legendHeight}">
<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" fill="#e8e8e8"/><rect width="2" height="8" fill="#999"/></pattern></defs>
${parts.join("\n")}
${legend(facts, layout)}
</svg>`;
}

/** With an edge that is seen on every colour of the heat. */
const cased = (shape: string, colour: string, edge: string, width: number, more = "") =>
  `${shape} fill="none" stroke="${edge}" stroke-width="${width + 2.5}"${more}/>${shape} fill="none" stroke="${colour}" stroke-width="${width}"${more}/>`;

const outline = (edges: string) => cased(`<path d="${edges}" stroke-linecap="square"`, fieldColour, "#fff", 3);
const dashed = (shape: string) => cased(shape, "#fff", "#000", 2.5, dashes);
const thin = (edges: string, colour: string) => cased(`<path d="${edges}"`, colour, "#000", 2);

const rectangle = (x: number, y: number, width: number, height: number) =>
  `x="${x}" y="${y}" width="${width}" height="${height}"`;

const pathOf = (x: number, y: number, width: number, height: number) => `M${x} ${y}h${width}v${height}h${-width}z`;

/** The part of a box that there is room for. Where it goes on, that edge is left open. */
function shown(rows: Range, columns: Range, { effective }: FieldFacts, { zoom, left, top, margins }: FieldLayout) {
  const limit = {
    top: -margins.top,
    bottom: effective.height + margins.bottom,
    left: -margins.left,
    right: effective.width + margins.right,
  };
  const [y0, y1] = [Math.max(rows[0], limit.top), Math.min(rows[1] + 1, limit.bottom)];
  const [x0, x1] = [Math.max(columns[0], limit.left), Math.min(columns[1] + 1, limit.right)];
  const [l, r, t, b] = [left + x0 * zoom, left + x1 * zoom, top + y0 * zoom, top + y1 * zoom];
  const edges = [
    rows[0] >= limit.top ? `M${l} ${t}H${r}` : "",
    rows[1] + 1 <= limit.bottom ? `M${l} ${b}H${r}` : "",
    columns[0] >= limit.left ? `M${l} ${t}V${b}` : "",
    columns[1] + 1 <= limit.right ? `M${r} ${t}V${b}` : "",
  ].join("");
  return { area: pathOf(l, t, r - l, b - t), edges };
}

/** Paths that do not line up are drawn one by one, where they are few. */
const apart = ({ paths }: FieldFacts) => paths.aligned === false && paths.paths.length <= pathColours.length;

function legend(facts: FieldFacts, { height, cut }: FieldLayout): string {
  const { seen } = facts;
  const padded = seen.paddedShare > 0 ? `, ${percent(seen.paddedShare)} of it in the padding` : "";
  const lines = [
    { text: headline(facts), style: "font-weight:bold;font-size:16px" },
    { text: `theoretical field ${sizeOf(seen)}${padded}${cut ? "; it goes on beyond this picture" : ""}`, style: "" },
    { text: effectiveText(facts), style: "" },
    { text: conditions(facts), style: "" },
  ];
  const text = lines.map(
    ({ text: line, style }, at) => `<text x="16" y="${height + 18 + 21 * at}" style="${style}">${escaped(line)}</text>`,
  );
  return `<g font-family="sans-serif" font-size="14" fill="#111">${text.join("")}${key(facts, height + 112)}</g>`;
}

function key(facts: FieldFacts, y: number): string {
  const parts: string[] = [];
  let x = 16;
  const add = (drawn: string, drawnWidth: number, label: string) => {
    parts.push(drawn, `<text x="${x + drawnWidth + 6}" y="${y}">${label}</text>`);
    // A letter is 8 pixels wide, or less.
    x += drawnWidth + 8 * label.length + 18;
  };
  const bar = Array.from(
    { length: 100 },
    (_, at) => `<rect x="${x + at}" y="${y - 12}" width="1.5" height="14" fill="rgb(${viridis(at / 99).join(",")})"/>`,
  );
  add(bar.join(""), 100, "gradient (root)");
  add(dashed(`<path d="M${x} ${y - 5}h26"`), 26, "90 % of it");
  add(outline(`M${x + 2} ${y - 5}h22`), 26, "field");
  if (apart(facts)) {
    const strokes = facts.paths.paths.map((_, at) => thin(`M${x + 12 * at} ${y - 5}h10`, pathColours[at]!));
    add(strokes.join(""), 12 * strokes.length, "its paths");
  }
  add(`<rect x="${x}" y="${y - 13}" width="26" height="16" fill="url(#hatch)"/>`, 26, "padding");
  return parts.join("");
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
