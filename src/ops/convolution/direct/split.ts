import { type DirectProblem, groupBytes, type Panels } from "./problem.ts";

/** How a call is cut into pieces: by shape alone, so that results don't depend on threads. */
export interface Work {
  readonly pieces: number;
  readonly words: {
    /** Images, panel blocks and row bands in a piece. */
    readonly images: number;
    readonly blocks: number;
    readonly panelsPerBlock: number;
    readonly bands: number;
    readonly rowsPerBand: number;
    /** Output columns that every panel does before the next ones: their input stays in the cache. */
    readonly chunk: number;
  };
}

/** FLOPs that take 0.1 ms on one thread. */
const pieceFlops = 5e6;
/** Weights that stay in the second-level cache while a piece's rows go by. */
const blockBytes = 128 * 1024;
/** About so many columns in a chunk; every tile's rows (up to 6) divide 12. */
const chunkColumns = 48;

export function splitWork({ batch, outputSize, outputs }: DirectProblem, panels: Panels): Work {
  const [height, width] = outputSize;
  const allPanels = panels.groups * panels.panelsPerGroup;
  const wanted = Math.max(1, Math.min(allPanels, Math.ceil((panels.groups * groupBytes(panels)) / blockBytes)));
  const panelsPerBlock = Math.ceil(allPanels / wanted);
  const blocks = Math.ceil(allPanels / panelsPerBlock);
  const rowFlops = (2 * Math.max(1, panels.terms) * outputs * width) / blocks;
  const rows = Math.max(1, Math.min(height, Math.round(pieceFlops / rowFlops)));
  const bands = Math.ceil(height / rows);
  const rowsPerBand = Math.ceil(height / bands);
  const images = bands > 1 ? 1 : Math.max(1, Math.min(batch, Math.round(pieceFlops / (rowFlops * height))));
  const chunks = Math.max(1, Math.round(width / chunkColumns));
  return {
    pieces: Math.ceil(batch / images) * blocks * Math.ceil(height / rowsPerBand),
    words: {
      images,
      blocks,
      panelsPerBlock,
      bands: Math.ceil(height / rowsPerBand),
      rowsPerBand,
      chunk: Math.ceil(width / chunks / 12) * 12,
    },
  };
}
