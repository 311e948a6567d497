/** The look of what only a run's report has. */
export const reportStyle = `
.confusion th, .confusion td { padding: 0.3rem 0.55rem; text-align: right; white-space: nowrap; }
.confusion th[scope="colgroup"] { text-align: left; color: var(--quiet); font-weight: 400; }
.confusion th[scope="row"] { position: sticky; left: 0; background: var(--card); }
.confusion .right { background: color-mix(in srgb, var(--accent) var(--shade), var(--card)); font-weight: 600; }
.confusion .wrong { background: color-mix(in srgb, var(--error) calc(12% + var(--shade)), var(--card)); }
.confusion .none { color: var(--quiet); }
.confusion .total { border-left: 1px solid var(--line); }
.slider { position: relative; width: 100%; max-width: var(--width); margin: 0 auto; --split: 50%; background: var(--line); }
.slider img { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.slider.enlarged img { image-rendering: pixelated; }
.slider .after { clip-path: inset(0 0 0 var(--split)); }
.slider .divider { position: absolute; top: 0; bottom: 0; left: var(--split); width: 4px; margin-left: -2px; background: #fff; box-shadow: 0 0 0 1px #000; pointer-events: none; }
.slider .divider::after { content: "⟺"; position: absolute; top: 50%; left: 50%; transform: translate(-50%, -50%); padding: 0.1rem 0.5rem; border-radius: 1rem; background: #fff; color: #000; box-shadow: 0 0 0 1px #000; }
.slider input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; touch-action: pan-y; }
.slider:has(input:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
.comparison figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin-top: 0.5rem; }
`;
