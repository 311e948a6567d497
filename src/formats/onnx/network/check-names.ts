import { ConvsmithError } from "../../../core/errors.ts";
import { shownName } from "../in-file.ts";
import type { Graph, Node } from "../model_pb.ts";

/** Runs `body`, whose refusals are about this part of a graph. */
export type About = <T>(part: object, body: () => T) => T;

/**
 * A name stands for one tensor: where two give it, a network would run on either of them. An input with a stored tensor of
 * its name has that one as what it is where nothing is given.
 * @throws ConvsmithError that names both.
 */
export function checkNames(graph: Graph, about: About): void {
  const givers = new Map<string, string>();
  const give = (part: object, name: string, giver: string) =>
    about(part, () => {
      const other = givers.get(name);
      if (other !== undefined) {
        throw new ConvsmithError(`${giver} gives the tensor ${shownName(name)}, which ${other} gives too: rename one`);
      }
      givers.set(name, giver);
    });
  const stored = new Set(graph.initializer.map(({ name }) => name));
  for (const each of graph.initializer) give(each, each.name, "a stored tensor");
  for (const each of graph.input) if (!stored.has(each.name)) give(each, each.name, "an input");
  const outputs = new Set<string>();
  for (const each of graph.output) {
    about(each, () => {
      if (outputs.has(each.name)) throw new ConvsmithError(`the output ${shownName(each.name)} is listed twice`);
    });
    outputs.add(each.name);
  }
  for (const node of graph.node) {
    for (const name of node.output) if (name !== "") give(node, name, `node ${shownName(keyOf(node))}`);
    about(node, () => checkAttributes(node));
  }
}

function checkAttributes(node: Node): void {
  const names = node.attribute.map(({ name }) => name);
  if (new Set(names).size === names.length) return;
  const twice = names.find((name, at) => names.indexOf(name) !== at)!;
  throw new ConvsmithError(`node ${shownName(keyOf(node))} has two attributes ${shownName(twice)}`);
}

/** Characters of a node's name, which stands in messages and tables. */
const longestKey = 200;

/** What a node is called: without dots, which part paths. */
export function keyOf({ name, output, opType }: Node): string {
  const text = name || output.find((each) => each !== "") || opType;
  const whole = text
    .replace(/^\//, "")
    .replaceAll(".", "_")
    .replace(/\p{Cc}+/gu, " ");
  return whole.length > longestKey ? `${whole.slice(0, longestKey)}…` : whole;
}
