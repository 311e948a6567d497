import { Presets, SingleBar } from "cli-progress";
import { say } from "./output.ts";

/** Shows how far a piece of work is, on stderr. */
export interface Progress {
  /** @param done 0 to 1. @param facts what stands behind the bar, for example "loss 0.0012". */
  update(done: number, facts: string): void;
  /** A line of its own, above the bar. */
  note(message: string): void;
  stop(): void;
}

export interface ProgressOptions {
  /** What is done, before the bar. */
  readonly label: string;
  /** Default: whether stderr is a terminal. */
  readonly live?: boolean;
  /** How much there is to do is not known: no bar and no per cent. Default false. */
  readonly openEnded?: boolean;
  /** Between two lines where there is no terminal. Default 5. */
  readonly secondsPerLine?: number;
}

/** A live bar on a terminal; elsewhere a plain line now and then, so that a log stays readable. */
export function startProgress(options: ProgressOptions): Progress {
  const { label, live = process.stderr.isTTY === true, openEnded = false, secondsPerLine = 5 } = options;
  return live ? liveBar(label, openEnded) : plainLines(label, openEnded, secondsPerLine);
}

function liveBar(label: string, openEnded: boolean): Progress {
  const format = openEnded ? `${label}  {facts}` : `${label} {bar} {percentage}%  {facts}`;
  const bar = new SingleBar(
    {
      format,
      stream: process.stderr,
      hideCursor: true,
      barsize: 24,
      etaBuffer: 1,
      gracefulExit: false,
      forceRedraw: true,
      // Longer lines would wrap and leave copies behind.
      linewrap: false,
    },
    Presets.shades_classic,
  );
  bar.start(1000, 0, { facts: "" });
  return {
    update: (done, facts) => bar.update(Math.round(1000 * done), { facts }),
    note: (message) => {
      // Clears the bar's line; the bar comes back below with its next update.
      process.stderr.write("\r\x1b[K");
      say(message);
    },
    stop: () => bar.stop(),
  };
}

function plainLines(label: string, openEnded: boolean, secondsPerLine: number): Progress {
  let last = 0;
  return {
    update: (done, facts) => {
      const now = performance.now();
      if (last > 0 && now - last < 1000 * secondsPerLine && done < 1) return;
      last = now;
      say(`${label}${openEnded ? "" : ` ${Math.floor(100 * done)}%`}  ${facts}`);
    },
    note: say,
    stop: () => {},
  };
}

/** 75 → "1:15", 3700 → "1:01:40"; "–" for what is not known. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
