// Runs the seven topics and checks every figure in them. docs/curriculum.md is the tutorial.
import { topics } from "./topics.ts";

let failed = 0;
for (const [index, { title, run }] of topics.entries()) {
  console.log(`\n${index + 1}. ${title}`);
  try {
    await run(console.log);
  } catch (error) {
    failed++;
    console.error(`FAILED: ${error instanceof Error ? error.message : error}`);
  }
}
console.log(`\n${topics.length - failed} topics passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
