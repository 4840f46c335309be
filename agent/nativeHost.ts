import { relay } from './nativeRelay.ts';

/** The process that the browser starts for the extension, where there is Node; agent/desktop/nativeHost.ts is that of a package. */
relay(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  end: (code, problem) => {
    if (problem !== undefined) process.stderr.write(`daylight native host: ${problem}\n`);
    process.exit(code);
  },
});
