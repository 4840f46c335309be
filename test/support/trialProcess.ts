import { runTrial } from '../../scripts/trial.ts';

// What `npm start` does once everything is built.
const [home = '', port = '0'] = process.argv.slice(2);
await runTrial({ home, port: Number(port) }).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
