import os from "node:os";

/** Milliseconds of processor time that this process has used, all threads together. */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Other programs that take more of the processors than this make timings worthless. */
export const noisyOthers = 0.1;

/**
 * Begins to watch the processors. The function that it returns ends that, and gives the share of them that went to other
 * programs: `used` is the processor time that our own have used since, as the difference to `before`.
 */
export function othersShare(before = cpuMilliseconds()): (used: number) => number {
  const start = performance.now();
  const busyBefore = busyMilliseconds();
  return (used) => {
    const all = (performance.now() - start) * os.cpus().length;
    return Math.max(0, busyMilliseconds() - busyBefore - (used - before)) / all;
  };
}

function busyMilliseconds(): number {
  return os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
