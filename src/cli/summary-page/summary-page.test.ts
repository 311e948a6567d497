import { describe, expect, test } from "vitest";
import { type BlockGraph, type Network, networkGraph, summaryTree } from "../../analysis/index.ts";
import { models, nn, summarize, type Tensor } from "../../index.ts";
import { foldedDepth } from "./folded-depth.ts";
import { boxHeight, boxWidth, layOutBlock } from "./lay-out-block.ts";
import { layOutGraph, openedAtFirst } from "./lay-out-graph.ts";
import { renderSummaryPage } from "./render-summary-page.ts";

const known = (name: string) => models.createModel(name).network as Network;

function pageOf(network: Network, shape: readonly number[], title = "network"): string {
  const summary = summarize(network, shape, { partial: true });
  const flat = summarize(network, shape, { partial: true, rows: "ops" });
  return renderSummaryPage({ title, summary, flat, graph: networkGraph(network, shape) });
}

const mark = `</script><script>alert("x")</script>&'`;
class Hostile extends nn.Module {
  conv = new nn.Conv2d(1, 2, 3);
  forward(x: Tensor): Tensor {
    return this.conv.forward(x);
  }
  override describe(): string {
    return `described ${mark}`;
  }
}

describe("the page", () => {
  const html = pageOf(new nn.Sequential({ [`layer ${mark}`]: new Hostile(), relu: new nn.ReLU() }), [1, 1, 6, 6], mark);
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]!);
  const markup = html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, "");

  test("shows names and descriptions as text, never as markup", () => {
    const escaped = "&lt;/script&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;";
    for (const subject of ["<h1>", "layer ", "described "]) expect(markup).toContain(subject + escaped);
    expect(html).not.toContain("<script>alert");
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(() => new Function(script)).not.toThrow();
  });

  test("asks for nothing from outside", () => {
    expect(html).toContain("default-src 'none'");
    for (const [, target] of markup.matchAll(/\s(?:src|href|srcset|action)=["']?([^"'\s>]*)/g)) {
      expect(target).toMatch(/^data:/);
    }
    expect(html).not.toMatch(/@import|url\((?!#arrow)|<iframe|<object/);
  });

  test("has a row for each call and each op, and the totals", () => {
    const rows = (kind: string) => new RegExp(`data-rows="${kind}"[\\s\\S]*?</table>`).exec(markup)![0];
    expect(rows("modules").match(/<tr class="/g)).toHaveLength(3);
    expect(rows("ops").match(/<tr class="/g)).toHaveLength(2);
    expect(rows("modules")).toMatch(/<tfoot>.*<th scope="row">total.*<td>20/);
  });

  test("stays small for the largest networks", () => {
    expect(pageOf(known("densenet201"), [1, 3, 224, 224]).length).toBeLessThan(2e6);
  });
});

describe("the layout of a block", () => {
  const chain = (length: number): BlockGraph => ({
    items: Array.from({ length }, (_, at) => at),
    edges: Array.from({ length: length - 1 }, (_, at) => [at, at + 1] as const),
  });

  test("a chain stands straight below each other", () => {
    const { places, width, lines } = layOutBlock(chain(300));
    expect(width).toBe(boxWidth);
    expect(new Set(places.map(([, x]) => x)).size).toBe(1);
    expect(lines).toHaveLength(299);
  });

  test("branches stand beside each other in the order of their calls, lines run down", () => {
    const block: BlockGraph = {
      items: [1, 2, 3, 4, 5],
      edges: [
        [null, 1],
        [null, 2],
        [null, 3],
        [3, 4],
        [null, 5],
        [1, 5],
        [2, 5],
        [4, 5],
        [5, null],
      ],
    };
    const { places, lines, width, height } = layOutBlock(block);
    const at = new Map(places.map(([item, x, y]) => [item, { x, y }]));
    expect(at.get(1)!.x).toBeLessThan(at.get(2)!.x);
    expect(at.get(2)!.x).toBeLessThan(at.get(3)!.x);
    expect(at.get(4)!.x).toBe(at.get(3)!.x);
    for (const { from, to, points } of lines) {
      const heights = points.map(([, y]) => y);
      expect(heights).toEqual(heights.toSorted((a, b) => a - b));
      if (from !== null) expect(points[0]).toEqual([at.get(from)!.x, at.get(from)!.y + boxHeight / 2]);
      if (to !== null) expect(points.at(-1)).toEqual([at.get(to)!.x, at.get(to)!.y - boxHeight / 2]);
      for (const [x, y] of points) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(width);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(height);
      }
    }
  });

  test.each([
    ["googlenet", [1, 3, 64, 64]],
    ["unet", [1, 1, 32, 32]],
    ["shufflenet_v2_x0_5", [1, 3, 64, 64]],
  ] as const)("%s: boxes keep clear of each other, what uses a value stands below what gives it", (name, shape) => {
    const graph = networkGraph(known(name), shape);
    const { root, blocks } = layOutGraph(graph);
    for (const { places, lines } of [root, ...blocks.values()]) {
      for (const [at, [, x, y]] of places.entries()) {
        for (const [, otherX, otherY] of places.slice(at + 1)) {
          expect(Math.abs(x - otherX) >= boxWidth || Math.abs(y - otherY) >= boxHeight).toBe(true);
        }
      }
      for (const { points } of lines) expect(points.at(-1)![1]).toBeGreaterThan(points[0]![1]);
    }
  });

  test("opens whole levels, as many as are read at a glance", () => {
    const small = networkGraph(known("resnet18"), [1, 3, 64, 64]);
    const opened = [...openedAtFirst(small)].map((id) => small.items[id]!.path);
    expect(opened).toEqual(["layer1", "layer2", "layer3", "layer4", ...opened.slice(4)]);
    expect(openedAtFirst(small, 5).size).toBe(0);
  });
});

test("a big table begins folded, a small one open", () => {
  const rows = summaryTree(summarize(known("densenet121"), [1, 3, 64, 64]));
  const depth = foldedDepth(rows);
  expect(rows.filter((row) => row.depth <= depth).length).toBeLessThanOrEqual(120);
  expect(rows.filter((row) => row.depth <= depth + 1).length).toBeGreaterThan(120);
  const small = summaryTree(summarize(known("vgg11"), [1, 3, 64, 64]));
  expect(foldedDepth(small)).toBe(1);
});
