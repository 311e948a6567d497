import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { GraphSchema, type Model, ModelSchema } from "./model_pb.ts";

interface Part {
  readonly start: number;
  /** Of what is inside. */
  readonly from: number;
  readonly to: number;
}

/** The fields of this number in a message, which was checked before. */
function partsOf(bytes: Uint8Array, number: number, { from, to }: Omit<Part, "start">): Part[] {
  const found: Part[] = [];
  const reader = new BinaryReader(bytes);
  reader.pos = from;
  while (reader.pos < to) {
    const start = reader.pos;
    const [field, wire] = reader.tag();
    if (field === number && wire === WireType.LengthDelimited) {
      const length = reader.uint32();
      found.push({ start, from: reader.pos, to: reader.pos + length });
      reader.pos += length;
    } else reader.skip(wire, field);
  }
  return found;
}

/** The bytes at which a decoded graph, and its nodes, stored tensors, inputs and outputs, begin in its file. */
export function placesIn({ graph }: Model, bytes: Uint8Array): ReadonlyMap<object, number> {
  const places = new Map<object, number>();
  // A graph may be written in pieces, which are joined.
  const pieces = partsOf(bytes, ModelSchema.field.graph.number, { from: 0, to: bytes.length });
  if (graph && pieces[0]) places.set(graph, pieces[0].start);
  for (const list of ["node", "initializer", "input", "output"] as const) {
    const parts = pieces.flatMap((piece) => partsOf(bytes, GraphSchema.field[list].number, piece));
    for (const [at, { start }] of parts.entries()) {
      const part = graph?.[list][at];
      if (part) places.set(part, start);
    }
  }
  return places;
}
