import { type Browser, chromium } from "playwright-core";

/** Starts the Chromium that vitest.config.ts found. Fails where there is none: a page that nobody tried is not tested. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH;
  if (!executablePath)
    throw new Error("no Chromium found: run npm test, which installs one or says how, or set CHROMIUM_PATH");
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
}
