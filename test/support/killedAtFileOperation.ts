import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { SessionId } from '../../shared/ids.ts';
import { app, boot, context, screenshot, sessionEvent, systemRandom, testClock, title } from './agentKit.ts';

// A process for tests: `prepare`, `prepareIdle` and `prepareSessions` fill a spool; `release`, `drop`, `cutOut` and `purge` kill themselves, as
// kill -9 would, just before their nth change of a file, and exit 0 when they have fewer.
const [folder = '', task = '', nth = '0'] = process.argv.slice(2);

let left = Number(nth);
function countDown(): void {
  if (armed && left-- <= 0) process.kill(process.pid, 'SIGKILL');
}
let armed = false;
const { open, rename, rm } = promises;
Object.assign(promises, {
  open: async (...args: Parameters<typeof open>) => {
    const file = await open(...args);
    const [write, writeFile] = [file.write.bind(file), file.writeFile.bind(file)];
    return Object.assign(file, {
      write: (...given: Parameters<typeof write>) => (countDown(), write(...given)),
      writeFile: (...given: Parameters<typeof writeFile>) => (countDown(), writeFile(...given)),
    });
  },
  rename: (...args: Parameters<typeof rename>) => (countDown(), rename(...args)),
  rm: (...args: Parameters<typeof rm>) => (countDown(), rm(...args)),
});
syncBuiltinESMExports();

const { openSpoolIn } = await import('./openedSpool.ts');
const clock = testClock();
const spool = await openSpoolIn(folder, clock);
if (task === 'prepare') {
  await spool.append(context, [app('before')]);
  for (let picture = 0; picture < 2; picture += 1) {
    const bytes = systemRandom.bytes(100);
    await spool.hold(context, { observation: screenshot(bytes), releaseAt: clock.now() + picture }, bytes);
  }
} else if (task === 'prepareIdle') {
  await spool.append(context, [app('before')]);
  for (const mono of [3_000, 6_000]) {
    await spool.append(context, [{ ...title(`away ${mono}`), mono }]);
    await spool.flush();
  }
  const bytes = systemRandom.bytes(100);
  await spool.hold(context, { observation: { ...screenshot(bytes), mono: 7_000 }, releaseAt: clock.now() }, bytes);
  await spool.keep([{ context, observation: { ...title('away and going on'), mono: 9_000 } }]);
} else if (task === 'prepareSessions') {
  const other = { ...context, session: SessionId.parse('5e55a0b1-0000-4000-8000-000000000002') };
  await spool.append(context, [sessionEvent('start', 0)]);
  await spool.flush();
  await spool.next(0);
  await spool.acknowledged(1);
  for (const event of [sessionEvent('pause', 1_000), sessionEvent('stop', 9_000)]) {
    await spool.append(context, [event]);
    await spool.flush();
  }
  for (const event of [sessionEvent('start', 10_000), sessionEvent('stop', 19_000)]) {
    await spool.append(other, [event]);
    await spool.flush();
  }
} else {
  if (task === 'purge') await spool.rebase(1);
  const first = spool.held()[0]?.observation.image;
  armed = true;
  if (task === 'cutOut') await spool.cutOut({ boot, from: 2_000, to: 20_000 }, 'idle_not_kept');
  else if (task === 'purge') await spool.purge('session', 'purged_by_policy');
  else if (task === 'release') await spool.release(clock.now() + 1_000);
  else if (first !== undefined) await spool.drop(first);
}
