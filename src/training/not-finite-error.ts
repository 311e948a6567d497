import { ConvsmithError } from "../core/errors.ts";

/** Training has produced a number that is not finite. */
export class NotFiniteError extends ConvsmithError {
  override name = "NotFiniteError";
  /** Finished steps when it was seen. */
  readonly step: number;

  constructor(step: number, what: string, advice: string) {
    super(`training: ${what} after step ${step}. ${advice}`);
    this.step = step;
  }
}
