import stringWidth from "string-width";

const plain = /^[\x20-\x7e×→…·↓]*$/;

/** Columns that a text takes in a terminal. */
export const widthOf = (text: string): number => (plain.test(text) ? text.length : stringWidth(text));

/** Text filled up with spaces. */
export function padded(text: string, width: number, left: boolean): string {
  const space = " ".repeat(Math.max(0, width - widthOf(text)));
  return left ? text + space : space + text;
}

/** A text that fits: what is too much goes from its middle, behind the space it begins with. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const indent = Math.min(text.length - text.trimStart().length, Math.max(0, width - 8));
  const letters = Array.from(text.trimStart());
  const room = Math.max(0, width - indent - 1);
  let [head, tail] = [Math.floor(room / 2), room - Math.floor(room / 2)];
  const cut = () =>
    `${" ".repeat(indent)}${letters.slice(0, head).join("")}…${letters.slice(letters.length - tail).join("")}`;
  while (widthOf(cut()) > width && head + tail > 0) head >= tail ? head-- : tail--;
  return cut().slice(0, Math.max(0, width));
}

/** Words on lines of at most that width; a longer word is broken. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(/\s+/)) {
    while (widthOf(word) > width) {
      if (line !== "") lines.push(line);
      line = "";
      lines.push(word.slice(0, width));
      word = word.slice(width);
    }
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}
