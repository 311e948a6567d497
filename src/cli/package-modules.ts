/** convsmith as users import it, by name: this installation's, so that their networks share its device and generator. */
export async function packageModules(): Promise<Record<string, unknown>> {
  const names = ["analysis", "data", "formats", "models", "nn", "optim", "training"];
  const modules: Record<string, unknown> = { convsmith: await import("convsmith") };
  for (const name of names) modules[`convsmith/${name}`] = await import(`convsmith/${name}`);
  return modules;
}
