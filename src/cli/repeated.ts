/** Options that take several values: given again, they add to those before. */
const lists = ["--rename", "--dim", "--replace", "--freeze"];

/** "left=a.npy": what is given by name may be given again, for another name; it becomes one value of several lines. */
const named = /^[^-=][^=]*=./;

function joinNamed(args: readonly string[]): string[] {
  const joined: string[] = [];
  let first: number | null = null;
  for (let at = 0; at < args.length; at++) {
    const [arg, next] = [args[at]!, args[at + 1]];
    const inline = /^--input=(.*)$/s.exec(arg)?.[1];
    const value = inline ?? (arg === "--input" ? next : undefined);
    if (value === undefined || !named.test(value)) {
      joined.push(arg);
      continue;
    }
    if (inline === undefined) at++;
    if (first === null) first = joined.push("--input", value) - 1;
    else joined[first] += `\n${value}`;
  }
  return joined;
}

/** The command line with the values of repeated lists behind the first of them: yargs keeps the last one only. */
export function gatherLists(given: readonly string[]): string[] {
  const args = joinNamed(given);
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
