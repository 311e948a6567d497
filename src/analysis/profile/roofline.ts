import { type Anchor, type Box, placeLabels } from "./labels.ts";
import type { Profile, ProfileRow } from "./profile.ts";
import { type LogScale, logScale, tickText } from "./scale.ts";
import { percent, rowName } from "./wording.ts";

const size = { width: 1080, height: 720 };
const frame: Box = { x: 84, y: 92, width: 960, height: 504 };
/** Layers with less of the time than these are left out, or have no label. */
const drawnShare = 0.002;
const labelledShare = 0.015;
const mostLabels = 12;
const fontSize = 13;
/** Of a character, roughly, as a part of the font size: labels are given room by it. */
const characterWidth = 0.56;
/** Okabe and Ito's blue and vermilion, which colour-blind people tell apart; the shape tells it too. */
const colors = {
  compute: "#0072b2",
  memory: "#d55e00",
  ink: "#1f2933",
  quiet: "#616e7c",
  line: "#e4e7eb",
  roof: "#3e4c59",
};

type Dot = ProfileRow & { readonly gflops: number; readonly intensity: number; readonly bound: "memory" | "compute" };

/**
 * A profile as a roofline picture (Williams, Waterman and Patterson, 2009), SVG text: FLOPs for each byte to the right,
 * GFLOP/s reached upwards, both logarithmic, under the roofs of copying and multiply-adds. A dot is a layer; its area
 * is its share of the time.
 */
export function rooflineSvg(profile: Profile): string {
  const dots = profile.rows
    .filter(isDot)
    .filter(({ share }) => share >= drawnShare)
    .sort(bySize);
  const { gflops: peak, gigabytesPerSecond: bandwidth } = profile.peaks;
  const ridge = peak / bandwidth;
  // So far to the left that the slope has room for its name.
  const intensities = [...dots.map(({ intensity }) => intensity), ridge / 4, ridge];
  const rates = [...dots.map(({ gflops }) => gflops), peak];
  const x = logScale(Math.min(...intensities), Math.max(...intensities), frame.x, frame.x + frame.width);
  const y = logScale(Math.min(...rates), Math.max(...rates), frame.y + frame.height, frame.y);
  const parts = [
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    ...heading(profile),
    ...axes(x, y),
    ...roofs(profile, x, y),
    ...dots.map((dot) => marker(dot, x, y)),
    ...labels(dots, profile, x, y),
    ...legend(profile),
  ];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="Helvetica, Arial, 'Liberation Sans', sans-serif" font-size="${fontSize}" role="img">`;
  return [open, `<title>${escaped(titleOf(profile))}</title>`, ...parts, "</svg>", ""].join("\n");
}

const isDot = (row: ProfileRow): row is Dot => row.gflops !== null && row.intensity !== null;
const bySize = (a: ProfileRow, b: ProfileRow) => b.share - a.share;
const titleOf = ({ name, inputShape, mode }: Profile) => `${name} on ${inputShape.join("×")}, ${mode}`;

function heading(profile: Profile): string[] {
  const { milliseconds, gflops, device, threads, runs, noisy, spread, drift } = profile;
  const many = threads === 1 ? "1 thread" : `${threads} threads`;
  const facts = `${milliseconds.toFixed(milliseconds < 10 ? 2 : 1)} ms, ${gflops.toFixed(1)} GFLOP/s · ${device}, ${many}, ${runs} runs`;
  const warning = noisy ? ` · the machine was busy: figures vary by ${percent(Math.max(spread, drift))}` : "";
  return [
    text(frame.x, 38, titleOf(profile), { size: 20, weight: 600 }),
    text(frame.x, 62, facts + warning, { fill: colors.quiet }),
  ];
}

function axes(x: LogScale, y: LogScale): string[] {
  const bottom = frame.y + frame.height;
  const right = frame.x + frame.width;
  return [
    ...x.ticks.flatMap((value) => [
      line(x.position(value), frame.y, x.position(value), bottom, colors.line),
      text(x.position(value), bottom + 20, tickText(value), { anchor: "middle", fill: colors.quiet }),
    ]),
    ...y.ticks.flatMap((value) => [
      line(frame.x, y.position(value), right, y.position(value), colors.line),
      text(frame.x - 8, y.position(value) + 4, tickText(value), { anchor: "end", fill: colors.quiet }),
    ]),
    text(frame.x + frame.width / 2, bottom + 42, "FLOPs for each byte that is read or written", { anchor: "middle" }),
    `<g transform="translate(26 ${frame.y + frame.height / 2}) rotate(-90)">${text(0, 0, "GFLOP/s", { anchor: "middle" })}</g>`,
  ];
}

function roofs({ peaks }: Profile, x: LogScale, y: LogScale): string[] {
  const ridge = peaks.gflops / peaks.gigabytesPerSecond;
  // The slope begins at the left or at the lower side, whichever comes first.
  const start = Math.max(x.from, y.from / peaks.gigabytesPerSecond);
  const points = [start, ridge, x.to].map(
    (each) =>
      `${round(x.position(each))},${round(y.position(Math.min(peaks.gflops, each * peaks.gigabytesPerSecond)))}`,
  );
  return [`<polyline points="${points.join(" ")}" fill="none" stroke="${colors.roof}" stroke-width="2"/>`];
}

/** Areas are shares of the time; the smallest can still be seen. */
const radiusOf = ({ share }: Pick<ProfileRow, "share">) => Math.max(3, 46 * Math.sqrt(share));

function marker(dot: Dot, x: LogScale, y: LogScale): string {
  const [cx, cy, r] = [x.position(dot.intensity), y.position(dot.gflops), radiusOf(dot)].map(round) as [
    number,
    number,
    number,
  ];
  const style = `fill="${colors[dot.bound]}" fill-opacity="0.45" stroke="${colors[dot.bound]}"`;
  const side = round(r * Math.sqrt(Math.PI) * 0.5);
  const shape =
    dot.bound === "compute"
      ? `<circle cx="${cx}" cy="${cy}" r="${r}" ${style}>`
      : `<rect x="${round(cx - side)}" y="${round(cy - side)}" width="${2 * side}" height="${2 * side}" ${style}>`;
  const said = `${rowName(dot)}: ${dot.milliseconds.toFixed(3)} ms, ${percent(dot.share)} of the time, ${dot.gflops.toFixed(1)} GFLOP/s`;
  return `${shape}<title>${escaped(said)}</title></${dot.bound === "compute" ? "circle" : "rect"}>`;
}

const labelOf = (dot: Dot) => `${rowName(dot)} ${percent(dot.share)}`;
const widthOf = (label: string) => label.length * fontSize * characterWidth;

function labels(dots: readonly Dot[], { peaks }: Profile, x: LogScale, y: LogScale): string[] {
  const roofLabels = roofTexts(peaks, x, y);
  const chosen = dots.filter(({ share }) => share >= labelledShare).slice(0, mostLabels);
  const anchors = chosen.map(
    (dot): Anchor => ({
      x: x.position(dot.intensity),
      y: y.position(dot.gflops),
      radius: radiusOf(dot),
      width: widthOf(labelOf(dot)),
      height: fontSize + 3,
    }),
  );
  const marks = dots.map((dot): Box => {
    const radius = radiusOf(dot);
    return {
      x: x.position(dot.intensity) - radius,
      y: y.position(dot.gflops) - radius,
      width: 2 * radius,
      height: 2 * radius,
    };
  });
  const taken = [...marks, ...roofLabels.map(({ box }) => box), ...roofBoxes(peaks, x, y)];
  const placed = placeLabels(anchors, frame, taken).flatMap((label, at) => {
    if (!label) return [];
    const { box, leader } = label;
    const dot = anchors[at]!;
    return [
      ...(leader ? [line(dot.x, dot.y, leader.x, leader.y, colors.quiet)] : []),
      labelText(labelOf(chosen[at]!), box, dot),
    ];
  });
  return [...roofLabels.map(({ svg }) => svg), ...placed];
}

/** Against its dot, whatever the font's real width. */
function labelText(label: string, box: Box, dot: Anchor): string {
  const base = box.y + fontSize - 1;
  if (box.x >= dot.x) return text(box.x, base, label, { halo: true });
  if (box.x + box.width <= dot.x) return text(box.x + box.width, base, label, { halo: true, anchor: "end" });
  return text(box.x + box.width / 2, base, label, { halo: true, anchor: "middle" });
}

/** What is written along the roofs. */
function roofTexts(peaks: Profile["peaks"], x: LogScale, y: LogScale): { svg: string; box: Box }[] {
  const flat = `multiply-adds ${peaks.gflops.toFixed(0)} GFLOP/s`;
  const top = y.position(peaks.gflops);
  const width = widthOf(flat);
  const right = frame.x + frame.width - 8;
  const slope = `copying ${peaks.gigabytesPerSecond.toFixed(1)} GB/s`;
  const ridge = peaks.gflops / peaks.gigabytesPerSecond;
  const start = Math.max(x.from, y.from / peaks.gigabytesPerSecond);
  const [x0, y0] = [x.position(start), y.position(start * peaks.gigabytesPerSecond)];
  const [x1, y1] = [x.position(ridge), top];
  const length = Math.hypot(x1 - x0, y1 - y0);
  const angle = (Math.atan2(y1 - y0, x1 - x0) * 180) / Math.PI;
  const flatText = {
    svg: text(right, top - 8, flat, { anchor: "end", fill: colors.roof }),
    box: { x: right - width, y: top - 22, width, height: 18 },
  };
  if (length < widthOf(slope) + 20) return [flatText];
  const along = `<g transform="translate(${round(x0 + (x1 - x0) * 0.5)} ${round(y0 + (y1 - y0) * 0.5)}) rotate(${round(angle)})">${text(0, -8, slope, { anchor: "middle", fill: colors.roof })}</g>`;
  return [flatText, { svg: along, box: { x: x0, y: y0, width: 0, height: 0 } }];
}

/** The slope as a chain of small boxes, with the text above it: labels keep off. */
function roofBoxes(peaks: Profile["peaks"], x: LogScale, y: LogScale): Box[] {
  const boxes: Box[] = [];
  for (let px = frame.x; px < frame.x + frame.width; px += 6) {
    const intensity = x.from * (x.to / x.from) ** ((px - frame.x) / frame.width);
    const rate = Math.min(peaks.gflops, intensity * peaks.gigabytesPerSecond);
    const sloped = rate < peaks.gflops;
    if (rate >= y.from)
      boxes.push({ x: px, y: y.position(rate) - (sloped ? 26 : 2), width: 6, height: sloped ? 28 : 4 });
  }
  return boxes;
}

function legend({ rows }: Profile): string[] {
  const top = size.height - 52;
  const entry = (at: number, shape: string, said: string) => [
    shape,
    text(at + 16, top + 4, said, { fill: colors.ink }),
  ];
  const style = (bound: "memory" | "compute") =>
    `fill="${colors[bound]}" fill-opacity="0.45" stroke="${colors[bound]}"`;
  const sizes = [0.01, 0.1].flatMap((share, index) => {
    const at = frame.x + 560 + 90 * index;
    const r = round(radiusOf({ share }));
    return [
      `<circle cx="${at}" cy="${top}" r="${r}" fill="none" stroke="${colors.quiet}"/>`,
      text(at + r + 6, top + 4, percent(share), { fill: colors.ink }),
    ];
  });
  const absent = rows.filter((row) => !isDot(row) && row.share >= drawnShare).sort(bySize);
  const small = rows.filter((row) => isDot(row) && row.share < drawnShare);
  const sum = (left: readonly ProfileRow[]) => percent(left.reduce((total, { share }) => total + share, 0));
  const names = absent.map((row) => `${rowName(row)} ${percent(row.share)}`);
  const leftOut =
    small.length > 0 ? ` Left out: ${small.length} layers below ${percent(drawnShare)}, together ${sum(small)}.` : "";
  const notes = (named: number) => {
    const more = names.length - named;
    const list = [names.slice(0, named).join(", "), more > 0 ? `${more} more` : ""].filter(Boolean).join(" and ");
    return (names.length > 0 ? `Without FLOPs, ${sum(absent)} of the time: ${list}.` : "") + leftOut;
  };
  // As many names as the line has room for.
  let named = Math.min(4, names.length);
  while (named > 0 && widthOf(notes(named)) > size.width - frame.x) named--;
  return [
    ...entry(frame.x, `<circle cx="${frame.x}" cy="${top}" r="7" ${style("compute")}/>`, "under the multiply-add roof"),
    ...entry(
      frame.x + 220,
      `<rect x="${frame.x + 214}" y="${top - 6}" width="12" height="12" ${style("memory")}/>`,
      "under the copying roof",
    ),
    text(frame.x + 420, top + 4, "share of the time:", { fill: colors.ink }),
    ...sizes,
    text(frame.x - 7, top + 32, notes(named).trim(), { fill: colors.quiet }),
  ];
}

interface TextStyle {
  readonly size?: number;
  readonly weight?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly fill?: string;
  /** A white rim, so that it can be read on lines and dots. */
  readonly halo?: boolean;
}

function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const attributes = [
    `x="${round(x)}" y="${round(y)}" fill="${style.fill ?? colors.ink}"`,
    ...(style.size ? [`font-size="${style.size}"`] : []),
    ...(style.weight ? [`font-weight="${style.weight}"`] : []),
    ...(style.anchor ? [`text-anchor="${style.anchor}"`] : []),
    ...(style.halo ? [`stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`] : []),
  ];
  return `<text ${attributes.join(" ")}>${escaped(content)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${stroke}"/>`;
}

const round = (value: number) => Math.round(value * 10) / 10;

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
