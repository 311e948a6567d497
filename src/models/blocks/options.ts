/** What every classifier of the zoo takes. */
export interface ClassifierOptions {
  /** How many classes it tells apart. Default 1000, as on ImageNet. */
  readonly numClasses?: number;
}

/** Of networks whose channels can be scaled. */
export interface WidthOptions {
  /** Channels, relative to the network's own. Default 1. */
  readonly widthMultiplier?: number;
}
