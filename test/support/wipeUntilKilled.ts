import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { systemRandom } from './agentKit.ts';
import { atTheEditor, script } from './days/moments.ts';
import { readAtOnce } from './recording.ts';

// A process for tests: the agent of an enrolled folder, which its server orders to wipe. It kills itself, as kill -9 would, just before the nth
// change of a file from the first byte of its note on, and exits 0 when there are fewer.
const [folder = '', nth = '0'] = process.argv.slice(2);

let left = Number(nth);
let armed = false;
function countDown(path: unknown): void {
  armed ||= String(path).includes('ended.json');
  if (armed && left-- <= 0) process.kill(process.pid, 'SIGKILL');
}
const { open, rename, rm, rmdir } = promises;
Object.assign(promises, {
  open: async (...args: Parameters<typeof open>) => {
    if (args[1] !== 'r' && args[1] !== undefined) countDown(args[0]);
    return open(...args);
  },
  rename: (...args: Parameters<typeof rename>) => (countDown(args[1]), rename(...args)),
  rm: (...args: Parameters<typeof rm>) => (countDown(args[0]), rm(...args)),
  rmdir: (...args: Parameters<typeof rmdir>) => (countDown(args[0]), rmdir(...args)),
});
syncBuiltinESMExports();

const { createAgent } = await import('../../agent/core/agent.ts');
const { resumeWipe } = await import('../../agent/core/finishWipe.ts');
const clock = createSystemClock();
const platform = createScriptedPlatform(script(atTheEditor), clock);
if ((await resumeWipe({ folder, places: platform.places, clock })) === null) {
  const indicator = { visible: () => true, say: () => undefined, introduce: readAtOnce };
  const agent = await createAgent({ folder, platform, clock, random: systemRandom, indicator, agentVersion: '0.1.0' });
  agent.start();
  // What keeps a process alive while it connects.
  const alive = setInterval(() => undefined, 1_000);
  await agent.wiped;
  clearInterval(alive);
}
