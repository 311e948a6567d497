import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConvsmithError } from "../core/errors.ts";
import { fileError, writeFileAtomic } from "../formats/atomic-file.ts";

const files = {
  checkpoint: "checkpoint.safetensors",
  model: "model.safetensors",
  config: "config.json",
  metrics: "metrics.jsonl",
  report: "report.html",
  samples: "samples",
} as const;

/** Paths of a run's folder. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  file(name: keyof typeof files): string {
    return join(this.path, files[name]);
  }

  /** Whether it holds a run. @throws ConvsmithError when it can't be read. */
  async exists(): Promise<boolean> {
    try {
      return (await stat(this.file("checkpoint"))).isFile();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return false;
      throw fileError("read", this.path, error);
    }
  }

  /**
   * Makes sure that a new run may be written here: there is no folder, or an empty one, or with `replace` that of a run.
   * @throws ConvsmithError otherwise.
   */
  async checkFree(replace: boolean): Promise<void> {
    const names = await this.#names();
    const run = await this.exists();
    if (run && !replace) {
      throw new ConvsmithError(
        `${this.path}: holds a run already. Go on with it (--resume), or choose another folder (--out).`,
      );
    }
    // What starts with a dot is a leftover of an interrupted write, or the system's.
    const visible = names.filter((name) => !name.startsWith("."));
    if (!run && visible.length > 0) {
      throw new ConvsmithError(
        `${this.path}: holds other files (${visible[0]}). Choose an empty or a new folder (--out).`,
      );
    }
  }

  /** Makes the folder and runs `fill`; when that fails, nothing stays behind. */
  async create(replace: boolean, fill: () => Promise<void>): Promise<void> {
    await this.checkFree(replace);
    let made: string | null = null;
    try {
      made = await makeFolder(this.path);
      if (replace) await this.#clear();
    } catch (error) {
      throw fileError("write", this.path, error);
    }
    try {
      await fill();
    } catch (error) {
      await (made ? rm(made, { recursive: true, force: true }) : this.#clear()).catch(() => {});
      throw error;
    }
  }

  async writeJson(name: "config", value: unknown): Promise<void> {
    await writeFileAtomic(this.file(name), `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Removes the files of a run and nothing else. */
  async #clear(): Promise<void> {
    for (const name of Object.values(files)) await rm(join(this.path, name), { recursive: true, force: true });
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return [];
      throw fileError("write", this.path, error);
    }
  }
}

/** Makes a folder and those above it; gives the outermost that was made. Node's own recursive mkdir never ends below /proc. */
async function makeFolder(path: string): Promise<string | null> {
  const full = resolve(path);
  try {
    await mkdir(full);
    return full;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(full)).isDirectory()) return null;
    if (code !== "ENOENT" || dirname(full) === full) throw error;
  }
  const above = await makeFolder(dirname(full));
  await mkdir(full);
  return above ?? full;
}
