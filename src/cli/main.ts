#!/usr/bin/env node
import { run } from "./run.ts";

// A command that was interrupted has set the exit code of its signal.
if (!(await run(process.argv.slice(2)))) process.exitCode = 1;
