import { context, title } from './agentKit.ts';
import { openSpoolIn } from './openedSpool.ts';

// A process for tests, run under a limit on the size of files: appends to the spool in the folder named on its command
// line until it is refused, and prints how many observations were durable.
const [folder = ''] = process.argv.slice(2);
const spool = await openSpoolIn(folder);
let durable = 0;
try {
  for (;;) {
    await spool.append(context, [title(`title ${durable}`)]);
    durable += 1;
  }
} catch {
  process.stdout.write(String(durable));
}
