import { parseSync } from "vite";

interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const arithmetic = new Set(["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "===", "!=="]);
/** Functions that are an operation of their own. */
const operations: Readonly<Record<string, string>> = { toUniform: "random" };

/** JavaScript with each arithmetic operator and comparison, and each function of Math, turned into one of `operationCounter`. */
export function countingCode(code: string): string {
  const { program, errors } = parseSync("counted.js", code);
  if (errors[0]) throw new SyntaxError(errors[0].message);
  return rewrite(program as unknown as Syntax, code);
}

/** The text of a node, with what is inside of it rewritten. */
function rewrite(node: Syntax, code: string): string {
  const own = replacement(node, (child) => rewrite(child as Syntax, code));
  if (own !== null) return own;
  let text = "";
  let at = node.start;
  for (const child of childrenOf(node)) {
    // A shorthand property has its name twice.
    if (child.start < at) continue;
    text += code.slice(at, child.start) + rewrite(child, code);
    at = child.end;
  }
  return text + code.slice(at, node.end);
}

function replacement(node: Syntax, text: (child: unknown) => string): string | null {
  const operator = node.operator as string;
  switch (node.type) {
    case "BinaryExpression":
      if (!arithmetic.has(operator)) return null;
      return `operationCounter.binary("${operator}", ${text(node.left)}, ${text(node.right)})`;
    case "UnaryExpression":
      return operator === "-" || operator === "+"
        ? `operationCounter.unary("${operator}", ${text(node.argument)})`
        : null;
    case "AssignmentExpression": {
      const plain = operator.slice(0, -1);
      if (!arithmetic.has(plain)) return null;
      const left = node.left as Syntax;
      if (left.type !== "MemberExpression") {
        return `${text(left)} = operationCounter.binary("${plain}", ${text(left)}, ${text(node.right)})`;
      }
      const key = left.computed ? text(left.property) : `"${text(left.property)}"`;
      return `operationCounter.assign(${text(left.object)}, ${key}, "${plain}", ${text(node.right)})`;
    }
    case "CallExpression":
      return call(node, text);
    case "MemberExpression":
      return (node.object as Syntax).name === "Math" ? `operationCounter.Math.${text(node.property)}` : null;
    case "NewExpression": {
      const { name } = node.callee as { name?: string };
      if (name !== "Float32Array" && name !== "Float64Array") return null;
      return `new operationCounter.Numbers(${(node.arguments as Syntax[]).map(text).join(", ")})`;
    }
    default:
      return null;
  }
}

function call(node: Syntax, text: (child: unknown) => string): string | null {
  const callee = node.callee as Syntax;
  const values = (node.arguments as Syntax[]).map(text);
  const operation = Object.hasOwn(operations, String(callee.name)) ? operations[String(callee.name)] : undefined;
  if (operation) return `operationCounter.call("${operation}", ${text(callee)}(${values.join(", ")}))`;
  if (callee.type !== "MemberExpression" || callee.computed) return null;
  const path = `${(callee.object as Syntax).name}.${(callee.property as Syntax).name}`;
  return path === "Number.isNaN" ? `operationCounter.isNaN(${values.join(", ")})` : null;
}

/** In the order of the text, the wider first where two begin at one place. */
function childrenOf(node: Syntax): Syntax[] {
  const values = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]));
  const children = values.filter((value): value is Syntax => typeof value?.type === "string" && "start" in value);
  return children.sort((a, b) => a.start - b.start || b.end - a.end);
}
