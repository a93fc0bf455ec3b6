#!/usr/bin/env node
/** The command line: `npx tracker …`. */
import { exit } from './exit.ts';
import { run } from './program.ts';

// Who reads our output may have enough of it (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.exit(exit.usage);
});

process.exitCode = await run(process.argv);
