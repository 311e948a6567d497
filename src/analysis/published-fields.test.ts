import { describe, expect, test } from "vitest";
import type { Node } from "../core/node.ts";
import { reference } from "../testing/reference-tables.ts";
import { profiledFlops, unread } from "../testing/slim.ts";
import { inceptionResnetV2, slimNetworks } from "../testing/slim-networks.ts";
import { fieldPaths } from "./field-paths.ts";
import { FieldMap } from "./receptive-field.ts";
import { recorded } from "./recording.ts";

interface EndPoint {
  readonly model: string;
  readonly end_point: string;
  readonly resolution?: number;
  readonly rf: number;
  readonly effective_stride: number;
  readonly effective_padding: number | null;
  readonly flops_billion?: number;
}
const { missing, note, tables, sources } = reference;
const endPoints = (tables.receptive_field_end_points ?? []) as readonly EndPoint[];

const networks = new Map<string, { x: Node; points: Map<string, Node> }>();

function networkAt(model: string, resolution: number) {
  const key = `${model} ${resolution}`;
  let network = networks.get(key);
  if (!network) {
    const x = unread([1, 3, resolution, resolution]);
    network = { x, points: slimNetworks[model]!(x) };
    networks.set(key, network);
  }
  return network;
}

const fieldAt = (input: Node, node: Node) => new FieldMap({ input, outputs: [node], order: [] }).field(node)!.height;

describe.skipIf(missing)(`published fields${note}`, () => {
  test("all of the end points are there", () => expect(endPoints).toHaveLength(198));

  test.each(endPoints)("$end_point at $resolution", (row) => {
    const { x, points } = networkAt(row.model, row.resolution ?? 224);
    const node = points.get(row.end_point)!;
    expect(fieldAt(x, node)).toMatchObject({ size: row.rf, stride: row.effective_stride });
    // Where TensorFlow's padding depends on a size that is not told, so does its sum.
    if (row.effective_padding !== null) expect(fieldAt(x, node).start + row.effective_padding).toBe(0);
    expect(fieldPaths(x, node, [0, 0]).aligned).toBe(true);
    if (!row.flops_billion) return;
    expect(Number((profiledFlops(recorded([node])) / 1e9).toFixed(3))).toBe(row.flops_billion);
  });

  test("the README's centre of Inception-ResNet-v2", () => {
    expect(sources.google_receptive_field_readme!.extra).toContain("feature [0,2] has centre [37,101]");
    const x = unread([1, 3, 299, 299]);
    const { height, width } = fieldPaths(x, inceptionResnetV2(x), [0, 2]).paths[0]!;
    expect([height.centre, width.centre]).toEqual([37, 101]);
    expect(height).toMatchObject({ size: 3039, stride: 32, start: -1482 });
  });
});
