/**
 * Puts the boxes of the graph into their places, in the page. It sees `graph`, a GraphGeometry: where every block's boxes
 * stand while all are closed. What an opened block needs is made by stretching the plane around it, so that nothing overlaps.
 */
export const graphScript = `
const svg = document.getElementById("graph");
const opened = new Set(graph.opened);
const padding = 14, header = graph.boxHeight + 4;
const itemOf = new Map([...svg.querySelectorAll("[data-item]")].map((each) => [Number(each.dataset.item), each]));
const insideOf = new Map([...svg.querySelectorAll("[data-block]")].map((each) => [each.dataset.block, each]));
let zoom = 1;

// Stretches that overlap become one, large enough for each of them.
function stretch(parts) {
  const joined = [];
  for (const part of parts.sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && part.start < last.end) {
      last.end = Math.max(last.end, part.end);
      last.parts.push(part);
    } else joined.push({ start: part.start, end: part.end, parts: [part] });
  }
  const groups = joined.map(({ start, end, parts }) => ({
    start, end, more: Math.max(...parts.map((part) => (part.more * (end - start)) / (part.end - part.start))),
  }));
  return (at) => groups.reduce((sum, { start, end, more }) => sum + more * Math.max(0, Math.min(1, (at - start) / (end - start))), at);
}

function curve(points) {
  let path = "M" + points[0].join(" ");
  for (let at = 1; at < points.length; at++) {
    const [[x0, y0], [x1, y1]] = [points[at - 1], points[at]];
    // An arrowhead takes its direction from the last piece, which must not be empty.
    if (x0 === x1 && y0 === y1) continue;
    const middle = (y0 + y1) / 2;
    path += x0 === x1 ? "V" + y1 : "C" + [x0, middle, x1, middle, x1, y1].join(" ");
  }
  return path;
}

// Places what a block holds, and gives the size that this takes.
function place(id) {
  const { size, places, lines } = graph.blocks[id];
  const inside = insideOf.get(String(id));
  const [w, h] = [graph.boxWidth, graph.boxHeight];
  const sizes = new Map();
  for (const [item] of places) {
    if (!graph.blocks[item]) continue;
    const isOpen = opened.has(item);
    const element = itemOf.get(item);
    element.classList.toggle("opened", isOpen);
    const head = element.querySelector(".head");
    head.setAttribute("aria-expanded", isOpen);
    head.querySelector(".sign").textContent = isOpen ? "−" : "+";
    const box = head.querySelector(".box");
    if (isOpen) {
      const [width, height] = place(item);
      sizes.set(item, [Math.max(w, width + 2 * padding), height + header + padding]);
      insideOf.get(String(item)).setAttribute("transform", "translate(" + (sizes.get(item)[0] - width) / 2 + " " + header + ")");
    } else {
      box.setAttribute("width", w);
      box.setAttribute("height", h);
    }
  }
  const grown = places.filter(([item]) => sizes.has(item));
  const mapX = stretch(grown.map(([item, x]) => ({ start: x - w / 2, end: x + w / 2, more: sizes.get(item)[0] - w })));
  const mapY = stretch(grown.map(([item, , y]) => ({ start: y - h / 2, end: y + h / 2, more: sizes.get(item)[1] - h })));
  const tops = new Map(), bottoms = new Map();
  for (const [item, x, y] of places) {
    const element = itemOf.get(item);
    const [width, height] = sizes.get(item) ?? [w, h];
    const top = sizes.has(item) ? mapY(y - h / 2) : mapY(y) - h / 2;
    element.setAttribute("transform", "translate(" + (mapX(x) - width / 2) + " " + top + ")");
    if (sizes.has(item)) {
      const box = element.querySelector(".box");
      box.setAttribute("width", width);
      box.setAttribute("height", height);
    }
    tops.set(item, [mapX(x), top]);
    bottoms.set(item, [mapX(x), top + height]);
  }
  inside.querySelector(".lines").innerHTML = lines.map(([from, to, ...flat]) => {
    const points = [];
    for (let at = 0; at < flat.length; at += 2) points.push([mapX(flat[at]), mapY(flat[at + 1])]);
    if (from !== null) points[0] = bottoms.get(from);
    if (to !== null) points[points.length - 1] = tops.get(to);
    else points.push([points.at(-1)[0], points.at(-1)[1] + padding]);
    return '<path' + (to === null ? "" : ' marker-end="url(#arrow)"') + ' d="' + curve(points.map((point) => point.map((value) => Math.round(value * 10) / 10))) + '"/>';
  }).join("");
  return [mapX(size[0]), mapY(size[1])];
}

let extent = [0, 0];
function resize() {
  const [width, height] = extent;
  svg.setAttribute("viewBox", [-8, -8, width + 16, height + 16].join(" "));
  svg.setAttribute("width", (width + 16) * zoom);
  svg.setAttribute("height", (height + 16) * zoom);
}
function drawGraph() {
  extent = place("root");
  resize();
}

const heads = () => [...svg.querySelectorAll(".head")].filter((head) => head.getClientRects().length > 0);
const details = document.querySelector(".details");
let current = null;
function show(head) {
  details.textContent = head.querySelector("title").textContent;
}
function visit(head) {
  current?.setAttribute("tabindex", "-1");
  current = head;
  head.setAttribute("tabindex", "0");
}
function toggle(head) {
  const id = Number(head.parentElement.dataset.item);
  if (!graph.blocks[id]) return;
  if (!opened.delete(id)) opened.add(id);
  drawGraph();
}
svg.addEventListener("click", (event) => {
  const head = event.target.closest(".head");
  if (!head) return;
  visit(head);
  show(head);
  toggle(head);
});
svg.addEventListener("pointerover", (event) => {
  const head = event.target.closest(".head");
  if (head) show(head);
});
svg.addEventListener("focusin", (event) => {
  visit(event.target);
  show(event.target);
});
svg.addEventListener("keydown", (event) => {
  const all = heads();
  const at = all.indexOf(current);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") toggle(current);
  else if (to === undefined) return;
  else all[Math.max(0, Math.min(all.length - 1, to))].focus();
  event.preventDefault();
});
for (const button of document.querySelectorAll("[data-graph]")) {
  button.addEventListener("click", () => {
    const action = button.dataset.graph;
    if (action === "open") for (const id of Object.keys(graph.blocks)) if (id !== "root") opened.add(Number(id));
    if (action === "close") opened.clear();
    if (action === "smaller") zoom = Math.max(0.25, zoom / 1.25);
    if (action === "larger") zoom = Math.min(3, zoom * 1.25);
    drawGraph();
  });
}
const canvas = svg.parentElement;
drawGraph();
// What is wider than the screen begins closed.
if (canvas.scrollWidth > canvas.clientWidth) {
  opened.clear();
  drawGraph();
  canvas.scrollLeft = (canvas.scrollWidth - canvas.clientWidth) / 2;
}
const firstHead = heads()[0];
if (firstHead) visit(firstHead);
`;
