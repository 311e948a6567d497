const keywords = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** Whether a name may stand in Python's source as it is. */
export const isIdentifier = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name);

/** A string literal of ASCII characters: nothing in a file's names can leave it. */
export function pythonString(text: string): string {
  const body = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (character === '"' || character === "\\") return `\\${character}`;
    if (code >= 32 && code < 127) return character;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${body.join("")}"`;
}

/** A name as close to `text` as Python allows. */
export function identifierOf(text: string, otherwise: string): string {
  const name = text.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "") || otherwise;
  const made = /^[0-9]/.test(name) ? `${otherwise}_${name}` : name;
  return keywords.has(made) ? `${made}_` : made;
}

/** `base`, or with a number behind it, such that `taken` has none of it: it is added. */
export function freeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let count = 2; taken.has(name); count++) name = /\d$/.test(base) ? `${base}_${count}` : `${base}${count}`;
  taken.add(name);
  return name;
}

/** A member of a module in an expression. Segments of numbers are entries of a list or Sequential. */
export function accessOf(base: string, path: readonly string[]): string {
  return path.reduce((code, name) => {
    if (/^(0|[1-9]\d*)$/.test(name)) return `${code}[${name}]`;
    return isIdentifier(name) ? `${code}.${name}` : `getattr(${code}, ${pythonString(name)})`;
  }, base);
}
