import { ConvsmithError } from "../../core/errors.ts";
import type { Format } from "./corpus.ts";

const longest = 500;
const byte = /\(at byte \d+\)/;
/** Where in the file: a part of it by name. */
const place = /\b(node|tensors?|storage|inputs?|outputs?|dicts?|dimension|key|folder|file)\b/;

/** What is wrong with how a file was refused; null where it is as promised: one typed line that names the file and the place. */
export function problemOf(error: unknown, path: string, format: Format): string | null {
  if (!(error instanceof ConvsmithError)) {
    return `untyped: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
  const { message } = error;
  const rest = message.replaceAll(path, "");
  if (/\b(Type|Range|Reference|Syntax|Runtime|Link|Compile|Field)Error\b/.test(rest)) return `wrapped: ${message}`;
  if (rest === message) return `does not name the file: ${message}`;
  if (message.includes("\n")) return `several lines: ${message}`;
  if (rest.length > longest) return `${rest.length} characters: ${message}`;
  if (!byte.test(rest) && (format === "onnx" || !place.test(rest))) return `does not name the place: ${message}`;
  if (/\b(undefined|NaN)\b|\[object /.test(rest)) return `speaks of what is none: ${message}`;
  return null;
}
