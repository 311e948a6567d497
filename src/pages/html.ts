const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string | number): string {
  return String(text).replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A value as JSON that can't end the script element it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A section under a heading; `body` is HTML. */
export function section(title: string, body: string): string {
  return `<section>\n<h2>${escapeHtml(title)}</h2>\n${body}\n</section>`;
}

/** A table that scrolls sideways by itself on a narrow screen; `head` and `rows` are HTML. */
export function table(className: string, label: string, head: string, rows: readonly string[]): string {
  const body = rows.map((row) => `<tr>${row}</tr>`).join("\n");
  const scroll = `class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}"`;
  return `<div ${scroll}><table class="${className}">${head && `<thead>${head}</thead>`}<tbody>\n${body}\n</tbody></table></div>`;
}
