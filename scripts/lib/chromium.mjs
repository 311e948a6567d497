import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const places = [
  "/usr/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** The path of a Chromium: CHROMIUM_PATH, or one on the path or in a usual place; undefined if there is none. */
export function findChromium() {
  const { CHROMIUM_PATH: given, PATH = "" } = process.env;
  if (given) return existsSync(given) ? given : undefined;
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...places].find((path) => existsSync(path));
}

/** Finds a Chromium, or installs Debian's where that is possible; without one, says what to run and gives undefined. */
export function needChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.env.CHROMIUM_PATH) {
    console.error(`CHROMIUM_PATH is ${process.env.CHROMIUM_PATH}, where no file is: correct it or unset it`);
    return undefined;
  }
  if (process.platform === "linux" && existsSync("/usr/bin/apt-get") && process.getuid() === 0) {
    console.log("Installing Chromium (once) …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const quiet = { env, stdio: ["ignore", "ignore", "inherit"] };
    run("apt-get", ["update", "-q"], quiet);
    run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], quiet);
    if (findChromium()) return findChromium();
  }
  const command =
    process.platform === "linux" ? "sudo apt-get install -y chromium" : "npx playwright-core install chromium";
  console.error(
    `No Chromium found, which the browser tests need. Run: ${command}, or set CHROMIUM_PATH to a Chrome or Chromium.`,
  );
  return undefined;
}
