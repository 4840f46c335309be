import { expect, test } from 'vitest';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { MINUTE } from '../../shared/time.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { createRig, EVERYTHING } from '../support/recording.ts';

/** Also FAULTS 9. */
async function recordingOf(text: string): Promise<string> {
  const day = script([...atTheEditor, { at: 1_000, do: 'type', text, everyMs: 150 }]);
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(day, clock), levels: EVERYTHING });
  await rig.recorder.start();
  await rig.clock.advance(10 * MINUTE);
  await rig.recorder.stop();
  return JSON.stringify(rig.spool.everything());
}

test('two texts of equal length typed with equal timing leave byte-identical observations; another length does not', async () => {
  const secret = await recordingOf('correct horse battery staple');
  const other = await recordingOf('Zürich 42! & 7 more things..');
  const longer = await recordingOf('correct horse battery staples');

  expect(secret).toContain('"keys":28');
  expect(other).toBe(secret);
  expect(longer).not.toBe(secret);
});
