import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Spool } from '../../../agent/core/spool/spool.ts';
import { createScriptedPlatform } from '../../../agent/platform/scripted.ts';
import { catalog } from '../../../shared/catalog.ts';
import type { Observation } from '../../../shared/events/observation.ts';
import { BootId } from '../../../shared/ids.ts';
import { MINUTE, SECOND } from '../../../shared/time.ts';
import { systemRandom } from '../../support/agentKit.ts';
import { atTheEditor, script } from '../../support/days/moments.ts';
import { createMemorySpool } from '../../support/memorySpool.ts';
import { createMemoryFolder, createPublisher, createRig, EVERYTHING } from '../../support/recording.ts';
import { createTestClock } from '../../support/testClock.ts';

type Step =
  | { do: 'wait'; seconds: number }
  | { do: 'input' }
  | { do: 'answer'; answer: 'keep' | 'discard' }
  | { do: 'pause' }
  | { do: 'kill' }
  /** Killed while an answer is being carried out. */
  | { do: 'answerAndKill'; answer: 'keep' | 'discard'; turns: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'input' }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('answer' as const), answer: fc.constantFrom('keep', 'discard') }),
  },
  fc.constant<Step>({ do: 'pause' }),
  fc.constant<Step>({ do: 'kill' }),
  fc.record({
    do: fc.constant('answerAndKill' as const),
    answer: fc.constantFrom('keep', 'discard'),
    turns: fc.nat(12),
  }),
);

/** The plain case often enough, so that the law is about something whatever chance brings. */
function answeredTimesAway(answer: 'keep' | 'discard'): [Step[]][] {
  return Array.from({ length: 11 }, (_, n) => [
    [{ do: 'input' }, { do: 'wait', seconds: 310 + 9 * n }, { do: 'input' }, { do: 'answer', answer }],
  ]);
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

test('whatever is done, waited for and killed: what was discarded is never sent, and nothing that was kept is lost', async () => {
  const seen = { discarded: 0, kept: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const clock = createTestClock();
      const publisher = createPublisher(clock);
      const folder = createMemoryFolder();
      const disk = createMemorySpool(clock);
      const sent: Observation[] = [];
      const discarded: Stretch[] = [];
      const kept: Stretch[] = [];
      let press = (): void => undefined;
      let after = 0;

      const begin = async () => {
        let isDead = false;
        // A process that was killed changes no file and answers nobody.
        const spool = new Proxy(disk, {
          get: (target, name) => {
            const member: unknown = Reflect.get(target, name);
            if (typeof member !== 'function') return member;
            return (...given: unknown[]): unknown =>
              isDead && name !== 'waiting' && name !== 'held'
                ? new Promise(() => undefined)
                : member.apply(target, given);
          },
        });
        const write = folder.write;
        const journalOf = {
          ...folder,
          write: (...given: Parameters<typeof write>) =>
            isDead ? new Promise<void>(() => undefined) : write(...given),
        };
        const rig = await createRig({
          ...{ clock, publisher, folder: journalOf, boot: BootId.parse(systemRandom.uuid()) },
          spool,
          platform: (same) => {
            const platform = createScriptedPlatform(script(atTheEditor), same);
            return {
              ...platform,
              input: {
                ...platform.input,
                start: async (onInput) => {
                  press = () => onInput('key');
                  return async () => void (press = () => undefined);
                },
              },
            };
          },
          ...(after === 0 && sent.length === 0 && folder.files.size === 0 ? { levels: EVERYTHING } : {}),
        });
        await rig.recorder.start();
        return { recorder: rig.recorder, kill: () => void (isDead = true) };
      };

      /** As the uplink does it: whatever is given out counts as sent. */
      const send = async (spool: Spool): Promise<void> => {
        for (let next = await spool.next(after); next !== null; next = await spool.next(after)) {
          after = next.frame.seq;
          sent.push(...(next.frame.observations as unknown as Observation[]));
        }
        await spool.acknowledged(after);
      };

      let run = await begin();
      const stretchNow = (): Stretch | null => {
        const { idle } = run.recorder.status();
        return idle?.isHeld === true ? { from: idle.since, to: idle.returned ?? clock.now() } : null;
      };
      for (const one of steps) {
        if (one.do === 'wait') {
          for (let left = one.seconds; left > 0; left -= 30) {
            await clock.advance(Math.min(30, left) * SECOND);
            await send(disk);
          }
        } else if (one.do === 'input') {
          press();
          await clock.settle();
        } else if (one.do === 'pause') {
          await run.recorder.pause();
          await run.recorder.resume();
        } else if (one.do === 'answer') {
          const stretch = stretchNow();
          const answered = await run.recorder.answerIdle(one.answer);
          if (stretch !== null && answered.ok) (one.answer === 'keep' ? kept : discarded).push(stretch);
        } else {
          const stretch = stretchNow();
          if (one.do === 'answerAndKill') {
            void run.recorder.answerIdle(one.answer);
            for (let turn = 0; turn < one.turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            if (stretch !== null && one.answer === 'discard') discarded.push(stretch);
          }
          run.kill();
          await clock.settle();
          await disk.flush();
          run = await begin();
        }
        await send(disk);
      }
      // What ends without the person waits for them.
      await run.recorder.stop();
      await run.recorder.close('shutdown');
      await disk.flush();
      await send(disk);

      const observed = sent.filter(({ parameter }) => catalog[parameter].source === 'observed');
      for (const { from, to } of discarded) {
        seen.discarded += 1;
        // At the very moment of the last key somebody was there, and at that of the return again.
        expect(
          observed.filter(({ at, span }) => (span === 0 ? at > from && at < to : at + span > from && at < to)),
        ).toEqual([]);
      }
      for (const { from, to } of kept) {
        seen.kept += 1;
        const apps = observed.filter(({ parameter }) => parameter === 'app');
        const overlap = apps.reduce(
          (sum, { at, span }) => sum + Math.max(0, Math.min(to, at + span) - Math.max(from, at)),
          0,
        );
        // Readings come every five seconds; what a kill -9 after the answer costs is no more than one of them.
        expect(to - from - overlap).toBeLessThanOrEqual(10 * SECOND + ((to - from) / MINUTE) * SECOND);
      }
    }),
    { numRuns: 150, examples: [...answeredTimesAway('keep'), ...answeredTimesAway('discard')] },
  );
  expect(seen.discarded).toBeGreaterThan(10);
  expect(seen.kept).toBeGreaterThan(10);
}, 240_000);
