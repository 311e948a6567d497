import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const ticksPerSecond = 100;

/** Bytes and milliseconds of a program that is several processes: of all that descend from `parent`, on Linux. */
export class ProcessTree {
  readonly #parent: number;

  constructor(parent: number) {
    this.#parent = parent;
  }

  /** Memory that processes share counts in each of them: differences are what tells something. */
  residentBytes(): number {
    return this.#sum((id) => statusBytes(id, "VmRSS"));
  }

  /** The most since resetPeak, of each process at its own time. */
  peakBytes(): number {
    return this.#sum((id) => statusBytes(id, "VmHWM"));
  }

  resetPeak(): void {
    this.#sum((id) => {
      writeFileSync(`/proc/${id}/clear_refs`, "5");
      return 0;
    });
  }

  cpuMilliseconds(): number {
    return this.#sum((id) => {
      const fields = statFields(id);
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
    });
  }

  #sum(figure: (id: number) => number): number {
    return this.#ids().reduce((sum, id) => {
      try {
        return sum + figure(id);
      } catch {
        // It has ended meanwhile.
        return sum;
      }
    }, 0);
  }

  #ids(): number[] {
    const parents = new Map<number, number>();
    for (const name of entriesOf("/proc")) {
      try {
        if (/^\d+$/.test(name)) parents.set(Number(name), Number(statFields(Number(name))[1]));
      } catch {
        // It has ended meanwhile.
      }
    }
    const descends = (id: number): boolean => {
      const parent = parents.get(id);
      return parent !== undefined && (parent === this.#parent || descends(parent));
    };
    return [...parents.keys()].filter(descends);
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Those behind the name, which may hold spaces: state, parent, … */
function statFields(id: number): string[] {
  const text = readFileSync(`/proc/${id}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function statusBytes(id: number, field: string): number {
  const found = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${id}/status`, "utf8"));
  return found ? Number(found[1]) * 1024 : 0;
}
