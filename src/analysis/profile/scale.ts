/** A logarithmic axis: values to pixels, and the values that get a line. */
export interface LogScale {
  readonly from: number;
  readonly to: number;
  position(value: number): number;
  /** 1, 2 and 5 of each decade, those alone which are powers of ten where there are many. */
  readonly ticks: readonly number[];
}

/** From `low` to `high` on the pixels from `start` to `end`, with some room at both sides. */
export function logScale(low: number, high: number, start: number, end: number): LogScale {
  const from = low / 1.6;
  const to = high * 1.6;
  const length = Math.log(to / from);
  const decades: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) decades.push(10 ** power);
  const steps = Math.log10(to / from) > 3.2 ? [1] : [1, 2, 5];
  const ticks = decades.flatMap((decade) => steps.map((step) => decade * step));
  return {
    from,
    to,
    position: (value) => start + (Math.log(value / from) / length) * (end - start),
    ticks: ticks.filter((value) => value >= from && value <= to),
  };
}

/** 0.05, 5, 1,000: no more digits than are needed. */
export function tickText(value: number): string {
  return value >= 1 ? value.toLocaleString("en-US") : `${Number(value.toPrecision(2))}`;
}
