import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { models, nn, summarize, type Tensor } from "../../index.ts";
import type { ConventionName } from "../conventions/convention.ts";
import type { Network } from "../recording.ts";
import { shortened, wrapped } from "./fit.ts";
import { percent, short } from "./numbers.ts";
import { summaryTable } from "./table.ts";
import { summaryText } from "./text.ts";

const known = (name: string) => models.createModel(name).network as Network;

/** Names that every format has to escape. */
class Hostile extends nn.Module {
  forward(x: Tensor): Tensor {
    return this.conv.forward(x);
  }
  conv = new nn.Conv2d(1, 2, 3);
  override describe(): string {
    return "own";
  }
}
class Named extends nn.Sequential {
  constructor() {
    super({ 'a|b_"c",\n*[x]<&>%$#{}~^\\': new Hostile(), 層: new nn.ReLU() });
  }
}
const hostile = () => summarize(new Named(), [1, 1, 6, 6]);

describe("the terminal's table", () => {
  const deep = () => {
    let net: nn.Sequential = new nn.Sequential(new nn.Conv2d(1, 1, 1));
    for (let at = 0; at < 8; at++) net = new nn.Sequential({ [`a_rather_long_name_of_a_block_${at}`]: net });
    return summarize(net, [1, 1, 4, 4]);
  };

  test.each([20, 40, 60, 80, 100, 120, 200])("fits %i columns", (width) => {
    const summaries = [
      summarize(known("googlenet"), [1, 3, 224, 224]),
      summarize(known("densenet121"), [1, 3, 64, 64], { rows: "ops" }),
      summarize(known("resnet18"), [1, 4, 64, 64], { partial: true }),
      deep(),
      hostile(),
    ];
    for (const summary of summaries) {
      for (const line of summaryTable(summary, { width }).split("\n")) {
        expect(stringWidth(line), line).toBeLessThanOrEqual(width);
      }
    }
  });

  test("shows what counts longest: output shapes, parameters and FLOPs at 60 columns, all at 240", () => {
    const summary = summarize(known("vgg16"), [1, 3, 224, 224]);
    const narrow = summaryTable(summary, { width: 60 });
    expect(narrow.split("\n")[1]).toMatch(/^layer +output +parameters +FLOPs/);
    expect(narrow).toContain("1×512×28×28");
    const titles = summaryTable(summary, { width: 240 }).split("\n")[1]!;
    for (const title of ["multiplications", "additions", "bias adds", "other", "activation bytes", "centre"]) {
      expect(titles).toContain(title);
    }
  });

  test("shortens long names in the middle", () => {
    expect(shortened("features.denseblock1.conv", 12)).toBe("featu…1.conv");
    expect(shortened("  features.denseblock1.conv", 12)).toBe("  feat….conv");
    expect(stringWidth(shortened("層層層層層層", 7))).toBeLessThanOrEqual(7);
    expect(wrapped("one two threeee", 7)).toEqual(["one two", "threeee"]);
    expect(wrapped("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
  });

  test("ends with the error of a network that fails", () => {
    const table = summaryTable(summarize(known("resnet18"), [1, 4, 64, 64], { partial: true }), { width: 100 });
    expect(table).toMatch(/conv1 .*✗ failed/);
    expect(table).toContain("(not reached)");
    expect(table.replace(/\s+/g, " ")).toMatch(/✗ conv1 \(Conv2d 3→64, 7×7\): needs 3 input channels, got 4/);
  });

  test("names only the counts that a convention's tool prints", () => {
    const titles = (convention: ConventionName) =>
      summaryTable(summarize(known("alexnet"), [1, 3, 224, 224], { convention }), { width: 300 })
        .split("\n")
        .find((line) => line.startsWith("layer"))!
        .split(/ {2,}/)
        .filter((title) => /MACs|FLOPs/.test(title));
    expect(titles("exact")).toEqual(["MACs", "padding-aware MACs", "FLOPs", "FLOPs %"]);
    expect(titles("torchvision")).toEqual(["MACs (torchvision)", "padding-aware MACs", "MACs %"]);
    expect(titles("calflops")).toEqual(["MACs (calflops)", "padding-aware MACs", "FLOPs (calflops)", "FLOPs %"]);
  });

  test("shows trainable parameters only where they differ", () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.Conv2d(2, 2, 3));
    expect(summaryTable(summarize(net, [1, 1, 8, 8]), { width: 200 })).not.toContain("trainable");
    net.at(0)!.requiresGrad_(false);
    expect(summaryTable(summarize(net, [1, 1, 8, 8]), { width: 200 })).toContain("trainable");
  });
});

describe("CSV", () => {
  test("has exact numbers, one record a row, and quotes what needs it", () => {
    const records = parseCsv(summaryText(hostile(), { format: "csv" }));
    const [head, conv, relu] = records as [string[], string[], string[]];
    expect(records.map(({ length }) => length)).toEqual([head.length, head.length, head.length]);
    const field = (record: string[], name: string) => record[head.indexOf(name)];
    expect(field(conv, "path")).toBe('a|b_"c",\n*[x]<&>%$#{}~^\\.conv');
    expect(field(conv, "description")).toBe("Conv2d 1→2, 3×3");
    expect(field(conv, "outputShape")).toBe("1x2x4x4");
    expect(field(conv, "flops")).toBe(String(2 * 9 * 2 * 16));
    expect(field(conv, "field:height:size")).toBe("3");
    expect(field(relu, "other:compare")).toBe("32");
  });

  test("adds up to the totals", () => {
    const summary = summarize(known("resnet50"), [1, 3, 224, 224]);
    const [head, ...records] = parseCsv(summaryText(summary, { format: "csv" }));
    const at = head!.indexOf("macs");
    expect(records.reduce((sum, record) => sum + Number(record[at]), 0)).toBe(4_089_184_256);
  });
});

test("Markdown escapes what GitHub would read as markup; every row has the same cells", () => {
  const text = summaryText(hostile(), { format: "markdown" });
  expect(text).toContain('a\\|b\\_"c", \\*\\[x\\]\\<&\\>%$#{}\\~^\\\\');
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  const cells = rows.map((row) => row.replaceAll("\\\\", "").replaceAll("\\|", "").split("|").length);
  expect(new Set(cells).size).toBe(1);
  expect(rows).toHaveLength(2 + 3 + 1);
  expect(rows.at(-1)).toContain("**20**");
});

test("LaTeX is a booktabs tabular with nothing left to run", () => {
  const text = summaryText(hostile(), { format: "latex" });
  const body = text.slice(text.indexOf("\\midrule"), text.lastIndexOf("\\midrule"));
  expect(body).toContain(
    'a|b\\_"c", *{[}x]\\textless{}\\&\\textgreater{}\\%\\$\\#\\{\\}\\textasciitilde{}\\textasciicircum{}',
  );
  const columns = /\\begin\{tabular\}\{@\{\}([lr]+)@\{\}\}/.exec(text)![1]!.length;
  for (const line of body.split("\n").filter((each) => each.endsWith("\\\\"))) {
    expect(line.replaceAll("\\&", "").split("&")).toHaveLength(columns);
    expect(line.replaceAll(/\\[{}]/g, "").replaceAll(/[^{}]/g, "")).toMatch(/^(\{(\{\})*\})*$/);
  }
  expect(text.match(/\\(top|mid|bottom)rule/g)).toEqual(["\\toprule", "\\midrule", "\\midrule", "\\bottomrule"]);
});

test("figures in words", () => {
  expect([0, 0.0001, 0.1234, 1].map(percent)).toEqual(["0.0 %", "<0.1 %", "12.3 %", "100.0 %"]);
  expect([7, 1234, 15_470_264_320, 999_999].map(short)).toEqual(["7", "1.23 K", "15.47 G", "1.00 M"]);
});

/** RFC 4180, read letter by letter. */
function parseCsv(text: string): string[][] {
  const records = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const record = records.at(-1)!;
    const last = record.length - 1;
    if (quoted && text.startsWith('""', at)) {
      record[last] = record[last]! + text[at++];
    } else if (text[at] === '"') quoted = !quoted;
    else if (!quoted && text[at] === ",") record.push("");
    else if (!quoted && text.startsWith("\r\n", at)) {
      records.push([""]);
      at++;
    } else record[last] = record[last]! + text[at];
  }
  return records;
}
