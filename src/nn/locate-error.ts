import { ConvsmithError } from "../core/errors.ts";
import { scope } from "../core/node.ts";
import { scopePath } from "../core/scope-path.ts";

interface Layer {
  describe(): string;
  advise(inputs: readonly unknown[]): string;
}

const located = new WeakSet<ConvsmithError>();

/** The innermost module that each foreign error came from, in words. */
export const thrownIn = new WeakMap<object, string>();

/** Puts the path and description of the innermost module, which caught it first, before an op's message, and its advice behind. */
export function locate(error: unknown, module: Layer, inputs: readonly unknown[]): unknown {
  if (!(error instanceof Error) || located.has(error as ConvsmithError) || thrownIn.has(error)) return error;
  const path = scopePath(scope()!);
  const layer = path ? `${path} (${module.describe()})` : module.describe();
  if (!(error instanceof ConvsmithError)) {
    thrownIn.set(error, layer);
    return error;
  }
  located.add(error);
  const [, subject, rule] = /^(\w+): (.*)$/s.exec(error.message) ?? [];
  // A layer stands for the op of its name; any other op is named too.
  const own = subject?.toLowerCase() === module.constructor.name.toLowerCase();
  const message = `${layer}: ${own ? rule : error.message}`;
  const advice = module.advise(inputs);
  error.message = advice ? `${message.replace(/\.$/, "")}. ${advice}` : message;
  return error;
}
