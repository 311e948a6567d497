import { readFileSync, writeFileSync } from "node:fs";

/** Bytes that a file of this size may cost at its peak. */
export const memoryLimit = (bytes: number): number => 4 * bytes + 64 * 2 ** 20;

/** The most memory that the process takes from here on, beyond what it has now. Linux can forget its peak; others only see new ones. */
export function watchMemory(): () => number {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {}
  const before = process.memoryUsage.rss();
  return () => Math.max(peak() - before, 0);
}

/** Linux counts for maxRSS what a process was before it became this program: its parent's memory. */
function peak(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1")) ?? [];
    if (kibibytes) return Number(kibibytes) * 1024;
  } catch {}
  return process.resourceUsage().maxRSS * 1024;
}
