/** Where a run stands: all that the loop needs to go on from there. Epoch and batch follow from `step`. */
export interface Position {
  /** Finished steps. */
  readonly step: number;
  /** Time spent training so far. It decides nothing but when a run with a limit in minutes ends. */
  readonly seconds: number;
  /** Sum of the losses of the epoch that is under way. */
  readonly lossSum: number;
}

export const start: Position = { step: 0, seconds: 0, lossSum: 0 };
