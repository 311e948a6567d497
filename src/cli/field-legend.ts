import type { FieldLayout } from "./field-layout.ts";
import { circleStroke, fieldStroke, pathStroke, pathsApart } from "./field-strokes.ts";
import { conditions, effectiveText, type FieldFacts, headline, percent, sizeOf } from "./field-text.ts";
import { viridis } from "./viridis.ts";

export const legendHeight = 132;

/** What was asked, the figures, and what each stroke means, below the picture. */
export function fieldLegend(facts: FieldFacts, { width, height, cut, views }: FieldLayout): string {
  const { seen } = facts;
  const padded = seen.paddedShare > 0 ? `, ${percent(seen.paddedShare)} of it in the padding` : "";
  const more = `${cut ? "; it goes on beyond this picture" : ""}${views.length > 1 ? "; enlarged on the right" : ""}`;
  // A letter of such text is about so many pixels wide.
  const lines = [
    { text: headline(facts), style: "font-weight:bold;font-size:16px", letter: 9.3 },
    { text: `theoretical field ${sizeOf(seen)}${padded}${more}`, style: "", letter: 7.2 },
    { text: effectiveText(facts), style: "", letter: 7.2 },
    { text: conditions(facts), style: "", letter: 7.2 },
  ];
  const text = lines.map(
    ({ text: line, style, letter }, at) =>
      `<text x="16" y="${height + 18 + 21 * at}" style="${style}">${escaped(fitted(line, (width - 32) / letter))}</text>`,
  );
  return `<g font-family="sans-serif" font-size="14" fill="#111">${text.join("")}${strokes(facts, height + 112)}</g>`;
}

function strokes(facts: FieldFacts, y: number): string {
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
  add(circleStroke(`<path d="M${x} ${y - 5}h26"`), 26, "90 % of it");
  add(fieldStroke(`M${x + 2} ${y - 5}h22`), 26, "field");
  if (pathsApart(facts)) {
    const each = facts.paths.paths.map((_, at) => pathStroke(`M${x + 14 * at} ${y - 5}h12`, at));
    add(each.join(""), 14 * each.length, "its paths");
  }
  add(`<rect x="${x}" y="${y - 13}" width="26" height="16" fill="url(#hatch)"/>`, 26, "padding");
  return parts.join("");
}

/** A long path loses letters of its middle: which model and which position stand at the ends. */
export function fitted(text: string, letters: number): string {
  if (text.length <= letters) return text;
  const kept = Math.floor(letters) - 1;
  const start = Math.floor(kept / 2);
  return `${text.slice(0, start)}…${text.slice(text.length - (kept - start))}`;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
