/** A path as it is typed in a shell: in quotes where it holds more than letters, digits and what paths are made of. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
