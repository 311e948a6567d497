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

/** FLOPs that take 0.1 ms on one thread, and those that are still worth a call of their own. */
const [mostFlops, leastFlops] = [5e6, 1.25e6];
/** A small convolution is cut into so many pieces, if they are worth it: one that is late delays the threads little. */
const fewPieces = 16;
/** Weights that stay in the second-level cache while a piece's rows go by. */
const blockBytes = 128 * 1024;
/** About so many columns in a chunk; every tile's rows (up to 6) divide 12. Fewer channels leave room for more. */
const chunkColumns = (channels: number) => Math.min(640, Math.max(48, 3072 / channels));

export function splitWork({ batch, channels, outputSize, outputs }: DirectProblem, panels: Panels): Work {
  const [height, width] = outputSize;
  const allPanels = panels.groups * panels.panelsPerGroup;
  const allFlops = 2 * Math.max(1, panels.terms) * outputs * width * height * batch;
  const pieceFlops = Math.max(leastFlops, Math.min(mostFlops, allFlops / fewPieces));
  const byWeights = Math.ceil((panels.groups * groupBytes(panels)) / blockBytes);
  // Where there are too few rows to share out, panels are.
  const byWork = Math.ceil(allFlops / pieceFlops / Math.max(1, batch * height));
  const wanted = Math.max(1, Math.min(allPanels, Math.max(byWeights, byWork)));
  const panelsPerBlock = share(Math.ceil(allPanels / wanted), allPanels, batch * height);
  const blocks = Math.ceil(allPanels / panelsPerBlock);
  const rowFlops = allFlops / Math.max(1, batch * height * blocks);
  const rows = Math.max(1, Math.min(height, Math.round(pieceFlops / rowFlops)));
  const rowsPerBand = share(rows, height, batch * blocks);
  const bands = Math.ceil(height / rowsPerBand);
  const images = bands > 1 ? 1 : Math.max(1, Math.min(batch, Math.round(pieceFlops / (rowFlops * height))));
  const chunks = Math.max(1, Math.round(width / chunkColumns(channels)));
  return {
    pieces: Math.ceil(batch / images) * blocks * bands,
    words: {
      images,
      blocks,
      panelsPerBlock,
      bands,
      rowsPerBand,
      chunk: Math.ceil(width / chunks / 12) * 12,
    },
  };
}

/** Parts of about `size` of `count`, each `others` times: so large that two threads end together, as far as that can be. */
function share(size: number, count: number, others: number): number {
  let [best, least] = [size, Number.POSITIVE_INFINITY];
  for (let each = Math.ceil(size / 2); each <= Math.min(Math.ceil(1.25 * size), count); each++) {
    const time = (Math.ceil((Math.ceil(count / each) * others) / 2) * each) / (count * others);
    // Of equals, that which is most like what was asked for.
    const cost = time + 0.02 * Math.abs(Math.log2(each / size));
    if (cost < least) [best, least] = [each, cost];
  }
  return best;
}
