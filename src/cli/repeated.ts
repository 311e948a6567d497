/** Options that take several values: given again, they add to those before. */
const lists = ["--rename", "--dim", "--replace", "--freeze"];

/** The command line with the values of repeated lists behind the first of them: yargs keeps the last one only. */
export function gatherLists(args: readonly string[]): string[] {
  const gathered: string[] = [];
  const values = new Map<string, string[]>();
  for (let at = 0; at < args.length; at++) {
    const [, flag = args[at]!, value] = /^(--\w+)=(.*)$/s.exec(args[at]!) ?? [];
    if (!lists.includes(flag)) {
      gathered.push(args[at]!);
      continue;
    }
    const found = value === undefined ? [] : [value];
    if (value === undefined) while (at + 1 < args.length && !args[at + 1]!.startsWith("-")) found.push(args[++at]!);
    const known = values.get(flag);
    known?.push(...found);
    if (!known) {
      values.set(flag, found);
      gathered.push(flag);
    }
  }
  return gathered.flatMap((each) => (values.has(each) ? [each, ...values.get(each)!] : [each]));
}
