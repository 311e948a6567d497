/** What every classifier of the zoo takes. */
export interface ClassifierOptions {
  /** How many classes it tells apart. Default 1000, as on ImageNet. */
  readonly numClasses?: number;
}
