// Serves examples/browser with the headers that let a page share memory between threads.
// Usage: npm run example:browser [-- PORT]
import { serve } from "./lib/serve.ts";

const port = Number(process.argv[2] ?? 8080);
try {
  const { url } = await serve({ isolated: true, port });
  console.log(`${url} trains a network in your browser. Ctrl+C ends it.`);
} catch (error) {
  console.error(`example:browser: port ${port}: ${(error as Error).message}. Try npm run example:browser -- 8081`);
  process.exitCode = 1;
}
