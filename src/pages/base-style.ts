/** What all pages look like. Curve colours are Okabe and Ito's, told apart under the common kinds of colour blindness. */
export const baseStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --text: #1d1f21; --quiet: #5a6066; --line: #d9dcdf; --accent: #0072b2; --error: #d55e00;
  --curve-0: #0072b2; --curve-1: #d55e00; --curve-2: #00795a; --curve-3: #a8447e; --curve-4: #8a6100; --curve-5: #4d4d4d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181a; --card: #1f2224; --text: #e8eaec; --quiet: #a6adb4; --line: #3a3f44; --accent: #56b4e9; --error: #ff9a55;
    --curve-0: #56b4e9; --curve-1: #ff9a55; --curve-2: #2fc49a; --curve-3: #e8a3c9; --curve-4: #f0e442; --curve-5: #cccccc;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 2rem) 3rem; }
h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 0 0 0.5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0 0 0.5rem; }
p { margin: 0 0 0.75rem; }
.hint, figcaption { color: var(--quiet); font-size: 0.875rem; }
figure { margin: 0 0 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem; }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
.charts figure { margin: 0; min-width: 0; }
.scroll { overflow-x: auto; max-width: 100%; width: fit-content; background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin-bottom: 0.5rem; }
.scroll:focus-visible { outline: 3px solid var(--accent); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
tr + tr, tbody tr { border-top: 1px solid var(--line); }
table:not(:has(thead)) tr:first-child { border-top: 0; }
th, td { padding: 0.35rem 0.75rem; text-align: left; vertical-align: top; }
th { font-weight: 600; }
th[scope="row"] { font-weight: 400; }
.facts th, .metrics thead th { color: var(--quiet); }
.facts td { overflow-wrap: anywhere; min-width: 10rem; }
.number { text-align: right; white-space: nowrap; }
.u-legend { color: var(--text); font-size: 0.875rem; }
.u-legend th, .u-legend td { padding: 0.1rem 0.25rem; }
.u-legend tr { border: 0; }
.u-select { background: color-mix(in srgb, var(--accent) 20%, transparent); }
.u-hz .u-cursor-x, .u-vt .u-cursor-x, .u-hz .u-cursor-y { border-color: var(--quiet); }
@media (max-width: 30rem) { table { font-size: 0.875rem; } th, td { padding: 0.35rem 0.5rem; } }
@media print { .hint { display: none; } section { break-inside: avoid; } }
`;
