/** A rectangle: x and y of its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something that wants a label beside it: a dot. */
export interface Anchor {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly width: number;
  readonly height: number;
}

const gap = 4;
const rings = 12;
const directions = 24;
/** Further from its dot than this, a label gets a line to it. */
const near = 10;

/** A label's place, and the end of the line from its dot to it; null where it is near enough. */
export interface Placed {
  readonly box: Box;
  readonly leader: { readonly x: number; readonly y: number } | null;
}

/**
 * A place for each label, in the order given, that neither leaves `area` nor touches another label, its line, or one of
 * `taken`: beside its dot if it can be, else further away. Null where there is none.
 */
export function placeLabels(anchors: readonly Anchor[], area: Box, taken: readonly Box[]): (Placed | null)[] {
  const full = [...taken];
  const labels: Box[] = [];
  return anchors.map((anchor) => {
    for (const box of places(anchor)) {
      if (!inside(box, area) || full.some((other) => overlap(box, other))) continue;
      const leader = leaderTo(box, anchor);
      const line = leader ? along(anchor, leader) : [];
      if (line.some((point) => labels.some((label) => overlap(point, label)))) continue;
      full.push(box, ...line);
      labels.push(box);
      return { box, leader };
    }
    return null;
  });
}

function leaderTo(box: Box, { x, y, radius }: Anchor): Placed["leader"] {
  const end = { x: clamp(x, box.x, box.x + box.width), y: clamp(y, box.y, box.y + box.height) };
  return Math.hypot(end.x - x, end.y - y) > radius + near ? end : null;
}

/** Small boxes on the line, outside of the dot. */
function along({ x, y, radius }: Anchor, end: { x: number; y: number }): Box[] {
  const length = Math.hypot(end.x - x, end.y - y);
  const points: Box[] = [];
  for (let at = radius; at < length - 1; at += 4) {
    points.push({
      x: x + ((end.x - x) * at) / length - 1,
      y: y + ((end.y - y) * at) / length - 1,
      width: 2,
      height: 2,
    });
  }
  return points;
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Right, left, above and below first; then ever wider circles. */
function places({ x, y, radius, width, height }: Anchor): Box[] {
  const at = (centreX: number, centreY: number) => ({ x: centreX - width / 2, y: centreY - height / 2, width, height });
  const beside = radius + gap;
  const boxes = [
    at(x + beside + width / 2, y),
    at(x - beside - width / 2, y),
    at(x, y - beside - height / 2),
    at(x, y + beside + height / 2),
  ];
  for (let ring = 1; ring <= rings; ring++) {
    const distance = beside + 10 * ring;
    for (let turn = 0; turn < directions; turn++) {
      const angle = (2 * Math.PI * turn) / directions;
      const [right, down] = [Math.cos(angle), Math.sin(angle)];
      boxes.push(at(x + right * (distance + width / 2), y + down * (distance + height / 2)));
    }
  }
  return boxes;
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function inside(box: Box, area: Box): boolean {
  return (
    box.x >= area.x &&
    box.y >= area.y &&
    box.x + box.width <= area.x + area.width &&
    box.y + box.height <= area.y + area.height
  );
}
