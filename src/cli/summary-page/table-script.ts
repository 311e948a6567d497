/** Sorts, folds and filters the rows of layers, in the page. */
export const tableScript = `
const tables = [...document.querySelectorAll("[data-rows]")].map((place) => {
  const rows = [...place.querySelectorAll("tbody tr")];
  const heads = [...place.querySelectorAll("thead th")];
  return { place, body: place.querySelector("tbody"), rows, heads, column: 0, down: false, texts: rows.map((row) => row.textContent.toLowerCase()) };
});
const filter = document.getElementById("filter");
const found = document.getElementById("found");

function valueOf({ heads }, row, column) {
  const cell = row.cells[column];
  if (!heads[column].classList.contains("number")) return cell.textContent.toLowerCase();
  if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
  const text = cell.firstChild ? cell.firstChild.textContent.trim() : "";
  return text === "-" || text === "" ? -1 : Number(text.replaceAll(",", ""));
}

// In the order of the calls the rows are a tree; sorted by anything else, or filtered, groups are left out.
function arrange(table) {
  const { body, rows, heads, column, down, texts } = table;
  const words = filter.value.trim().toLowerCase();
  const tree = column === 0 && words === "";
  let order = rows.map((row, at) => at);
  if (column > 0 || down) {
    const values = rows.map((row) => valueOf(table, row, column));
    const compare = (a, b) => (typeof values[a] === "string" ? values[a].localeCompare(values[b], "en", { numeric: true }) : values[a] - values[b]);
    order.sort((a, b) => (down ? compare(b, a) : compare(a, b)) || a - b);
  }
  let foldedAt = Infinity, shown = 0;
  for (const at of order) {
    const row = rows[at];
    const depth = Number(row.dataset.depth);
    let hidden;
    if (tree && !down) {
      hidden = depth > foldedAt;
      if (!hidden) foldedAt = row.querySelector('.fold[aria-expanded="false"]') ? depth : Infinity;
    } else hidden = row.classList.contains("group") || !texts[at].includes(words);
    row.hidden = hidden;
    if (!hidden) shown++;
  }
  body.replaceChildren(...order.map((at) => rows[at]));
  body.classList.toggle("tree", tree && !down);
  heads.forEach((head, at) => head.setAttribute("aria-sort", at === column ? (down ? "descending" : "ascending") : "none"));
  return shown;
}

function sumOf(table, key) {
  const column = table.heads.findIndex((head) => head.dataset.key === key);
  const sum = table.rows.reduce((total, row) => (row.hidden || row.classList.contains("group") ? total : total + Math.max(0, valueOf(table, row, column))), 0);
  return sum.toLocaleString("en-US") + " " + table.heads[column].textContent;
}

function arrangeAll() {
  const kind = document.querySelector('input[name="rows"]:checked').value;
  for (const table of tables) {
    table.place.hidden = table.place.dataset.rows !== kind;
    if (table.place.hidden) continue;
    const shown = arrange(table);
    const leaves = table.rows.filter((row) => !row.classList.contains("group")).length;
    const cost = table.heads.some((head) => head.dataset.key === "flops") ? "flops" : "macs";
    found.textContent = filter.value.trim() === "" ? "" :
      shown + " of " + leaves + " rows: " + sumOf(table, "parameters") + ", " + sumOf(table, cost);
  }
}

for (const table of tables) {
  table.heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    // Figures begin with the largest.
    const first = column > 0 && head.classList.contains("number");
    table.down = table.column === column ? !table.down : first;
    table.column = column;
    arrangeAll();
  }));
  table.body.addEventListener("click", (event) => {
    const fold = event.target.closest(".fold");
    if (!fold) return;
    fold.setAttribute("aria-expanded", fold.getAttribute("aria-expanded") === "false");
    arrangeAll();
  });
}
for (const radio of document.querySelectorAll('input[name="rows"]')) radio.addEventListener("change", arrangeAll);
filter.addEventListener("input", arrangeAll);
arrangeAll();
`;
