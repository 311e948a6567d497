/** The look of what only the page of a summary has. */
export const summaryStyle = `
main { max-width: 100rem; }
.failure { border-left: 4px solid var(--error); padding: 0.5rem 0.75rem; background: var(--card); font-weight: 600; }
.figures { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; margin: 0 0 1rem; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--quiet); font-size: 0.875rem; }
.figures dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; margin-bottom: 0.5rem; }
.tools fieldset { border: 0; margin: 0; padding: 0; display: flex; gap: 0.75rem; }
.tools legend { float: left; padding: 0; margin-right: 0.75rem; color: var(--quiet); }
.tools button, .tools input[type="search"] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--quiet); border-radius: 6px; padding: 0.25rem 0.7rem; max-width: 100%; }
.tools button { cursor: pointer; }
:is(button, input):focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
#found { color: var(--quiet); }
.graph { display: grid; grid-template-columns: minmax(0, 1fr) minmax(16rem, 22rem); gap: 1rem; align-items: start; }
.canvas { max-height: 85vh; overflow: auto; width: auto; margin: 0; }
.details { margin: 0; padding: 0.75rem; min-height: 9rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; font: inherit; font-size: 0.9rem; }
@media (max-width: 55rem) { .graph { grid-template-columns: minmax(0, 1fr); } .details { order: -1; min-height: 10.5rem; } }
#graph { display: block; margin: 0 auto; font-size: 12px; }
#graph text { fill: var(--text); font-weight: 600; }
#graph text.quiet { fill: var(--quiet); font-weight: 400; font-size: 11px; }
#graph .box { fill: var(--page); stroke: var(--quiet); stroke-width: 1; }
#graph .op > .head .box { stroke-dasharray: 4 3; }
#graph .block > .head .box { fill: var(--card); stroke: var(--accent); stroke-width: 1.5; }
#graph .block > .head { cursor: pointer; }
#graph .opened > .head .box { fill: color-mix(in srgb, var(--accent) 6%, var(--card)); }
#graph .unknown > .head .box { stroke: var(--error); stroke-dasharray: 5 3; }
#graph .failed > .head .box { stroke: var(--error); stroke-width: 2; }
#graph .item:not(.opened) > .inside { display: none; }
#graph .sign { fill: var(--accent); font-size: 15px; }
#graph .head { outline: none; }
#graph .head:focus-visible .box { stroke: var(--accent); stroke-width: 4; }
#graph .head:hover .box { stroke-width: 2.5; }
#graph .cost { fill: var(--curve-0); }
#graph .parameters { fill: var(--curve-1); }
#graph .lines path { fill: none; stroke: var(--quiet); stroke-width: 1.4; }
#graph marker path { fill: var(--quiet); stroke: none; }
.layers { max-height: 85vh; overflow: auto; font-size: 0.875rem; }
.layers table { border-collapse: separate; border-spacing: 0; }
.layers th, .layers td { padding: 0.25rem 0.6rem; border-top: 1px solid var(--line); white-space: nowrap; }
.layers thead th { position: sticky; top: 0; z-index: 2; background: var(--card); padding: 0; border-top: 0; border-bottom: 1px solid var(--quiet); }
.layers thead button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0.35rem 0.6rem; width: 100%; text-align: inherit; cursor: pointer; }
.layers thead [aria-sort="ascending"] button::after { content: " ▲"; }
.layers thead [aria-sort="descending"] button::after { content: " ▼"; }
.layers td { text-align: right; }
.layers .text { text-align: left; }
.layers tfoot :is(th, td) { position: sticky; bottom: 0; z-index: 2; background: var(--card); border-top: 1px solid var(--quiet); font-weight: 600; }
.layers tbody th { font-weight: 400; position: sticky; left: 0; z-index: 1; background: var(--card); max-width: 45vw; overflow: hidden; text-overflow: ellipsis; }
.layers .tree th { padding-left: calc(0.6rem + 1.1rem * var(--depth, 0)); }
.layers .group :is(th, td) { font-weight: 600; }
.layers .failed :is(th, td) { font-weight: 600; background: color-mix(in srgb, var(--error) 18%, var(--card)); }
.layers small { display: inline-block; min-width: 4.4em; color: var(--quiet); font-weight: 400; }
.layers td[style] { position: relative; }
.layers td[style]::after { content: ""; position: absolute; right: 0.6rem; bottom: 0; height: 4px; width: calc((100% - 1.2rem) * var(--bar)); }
.layers .parameters::after { background: var(--curve-1); }
.layers .macs::after { background: var(--curve-2); }
.layers .flops::after { background: var(--curve-0); }
.layers .activationBytes::after { background: var(--curve-3); }
.tree .around { display: none; }
.fold { font: inherit; color: inherit; background: none; border: 0; padding: 0 0.3rem 0 0; cursor: pointer; }
.fold::before { content: "▸"; }
.fold[aria-expanded="true"]::before { content: "▾"; }
tbody:not(.tree) .fold { display: none; }
@media print { .tools, .details { display: none; } .canvas, .layers { max-height: none; } }
`;
