/** convsmith as users import it, by name: this installation's, so that their networks share its device and generator. */
export async function packageModules(): Promise<Record<string, unknown>> {
  return {
    convsmith: await import("convsmith"),
    "convsmith/analysis": await import("../analysis/index.ts"),
    "convsmith/data": await import("../data/node.ts"),
    "convsmith/formats": await import("../formats/node.ts"),
    "convsmith/models": await import("../models/index.ts"),
    "convsmith/nn": await import("../nn/index.ts"),
    "convsmith/optim": await import("../optim/index.ts"),
    "convsmith/training": await import("../training/node.ts"),
  };
}
