/** The learning rate as a factor of the optimiser's own, from how much of the run is done (0 to 1) and the step (from 0). */
export type Schedule = (progress: number, step: number) => number;

/**
 * Rises in a straight line over `warmupSteps`, then falls as half a cosine to `final` (Loshchilov and Hutter, "SGDR", 2017).
 * @example
 * import { warmupCosine } from "convsmith/training";
 * const factor = warmupCosine({ warmupSteps: 4, final: 0.01 });
 * console.log(factor(0, 0), factor(0.5, 50), factor(1, 100)); // 0.25 0.505 0.01
 */
export function warmupCosine(options: { warmupSteps: number; final: number }): Schedule {
  const { warmupSteps, final } = options;
  return (progress, step) => {
    const cosine = final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * Math.min(Math.max(progress, 0), 1)));
    return cosine * Math.min(1, (step + 1) / warmupSteps);
  };
}
