import { expect, test } from 'vitest';
import {
  decidedNow,
  judgeSelfTest,
  offSince,
  type SelfTestFacts,
  storedSince,
} from '../../../../server/control/selfTest.ts';
import { type Decided, standingOf } from '../../../../server/control/standing.ts';
import type { ParameterId } from '../../../../shared/catalog.ts';
import { DeviceId, OrgId, PersonId } from '../../../../shared/ids.ts';
import { deviceChecks, isAboutWaiting, SelfTestResult } from '../../../../shared/protocol/selfTest.ts';
import { DAY, dayOf, HOUR } from '../../../../shared/time.ts';
import { startServer } from '../../../support/ingestKit.ts';

// What may be claimed after a self-test, and since when something has been off.

const ID = '6a0e8f0c-1f1f-4a55-9d5c-0c6f9b3d2a1';
const [org, device, person] = [OrgId.parse(`${ID}1`), DeviceId.parse(`${ID}2`), PersonId.parse(`${ID}3`)];
const told = { agreed: () => null };

/** Titles are on, and rest on consent; then everything of `decisions`, an hour after each other. */
async function decided(decisions: readonly Decided['decision'][]) {
  await using kit = await startServer();
  await kit.publish({ title: { level: 'full', basis: 'consent', purpose: 'support' } });
  const history = await kit.control.history(kit.org);
  const began = (history.at(-1)?.publishedAt ?? 0) + HOUR;
  const each = decisions.map((decision, place) => ({ revision: place + 1, at: began + place * HOUR, decision }));
  return { history, began, standing: standingOf(each) };
}

const CONSENTED: Decided['decision'] = {
  kind: 'consented',
  parameter: 'title',
  level: 'full',
  purpose: 'support',
  noticeVersion: 2,
  shown: 'a'.repeat(64),
};

test('a consent that was withdrawn is off since then, one that was never given since it was asked for', async () => {
  const { history, began, standing } = await decided([CONSENTED, { kind: 'consent_withdrawn', parameter: 'title' }]);
  expect(offSince(history, standing, told, 'title')).toEqual({ at: began + HOUR, version: null });
  const never = await decided([]);
  expect(offSince(never.history, never.standing, told, 'title')?.at).toBeLessThan(never.began);
  const given = await decided([CONSENTED]);
  expect(offSince(given.history, given.standing, told, 'title')).toBe(null);
});

test('whoever is not of age, and what was left out for somebody, is off since that was decided', async () => {
  const minor = await decided([CONSENTED, { kind: 'minor', by: person, words: 'Apprentice.' }]);
  expect(offSince(minor.history, minor.standing, told, 'title')).toEqual({ at: minor.began + HOUR, version: null });
  const held = { kind: 'held', layer: 'person', ceilings: { title: 'off' }, by: person, words: 'Union work.' } as const;
  const left = await decided([CONSENTED, held]);
  expect(offSince(left.history, left.standing, told, 'title')).toEqual({ at: left.began + HOUR, version: null });
});

test('of the day on which it was decided nobody claims anything, unless nothing of that day is stored', () => {
  const at = 40 * DAY + HOUR;
  const [before, that, next] = [39, 40, 41].map((day) => ({ day: dayOf(day * DAY), termsVersion: 1 }));
  if (before === undefined || that === undefined || next === undefined) throw new Error('three days');
  const since = { at, version: null };
  expect(storedSince([], since, that.day)).toEqual({ stored: 0, countedFrom: that.day });
  expect(storedSince([that], since, that.day)).toEqual({ stored: null, countedFrom: null });
  expect(storedSince([that], since, next.day)).toEqual({ stored: 0, countedFrom: next.day });
  expect(storedSince([that, next], since, next.day)).toEqual({ stored: 1, countedFrom: next.day });
  expect(storedSince([that, next], { at, version: 2 }, next.day)).toEqual({ stored: 0, countedFrom: null });
});

/** Everything passed that could, of titles after a consent that was withdrawn. */
async function facts(change: Partial<SelfTestFacts>, checks = [...deviceChecks]): Promise<SelfTestFacts> {
  const { history, standing } = await decided([CONSENTED, { kind: 'consent_withdrawn', parameter: 'title' }]);
  const current = history.at(-1);
  if (current === undefined) throw new Error('no policy');
  const parameter: ParameterId = 'title';
  const now = current.publishedAt + DAY;
  const asked = { device, org, parameter, nonce: 'A'.repeat(43), at: now };
  const stands = { policyHash: current.hash, policyVersion: current.document.version, terms: standing.revision };
  const off = { state: 'off', waiting: 0 } as const;
  return {
    ...{ asked, person, current, standing, refused: 0, now, wouldAdmit: false },
    mayWait: decidedNow(current, standing, told, parameter, now) !== 'off',
    since: now - HOUR,
    stored: 0,
    countedFrom: dayOf(now),
    answer: {
      said: {
        ...{ ...asked, ...stands, verdict: 'off', level: 'off', decidedBy: 'consent' },
        checks: checks.map((check) => ({ check, passed: true, at: now })),
      },
      digest: 'b'.repeat(64),
    },
    receipt: { ...stands, parameters: { title: off } } as unknown as SelfTestFacts['receipt'],
    ...change,
  };
}

const failing = ({ checks }: SelfTestResult) => checks.filter(({ passed }) => !passed).map(({ check }) => check);

test('after a withdrawn consent everything is checked, and a report that leaves out what waits proves nothing', async () => {
  const proved = judgeSelfTest(await facts({}));
  expect(SelfTestResult.parse(proved)).toMatchObject({ verdict: 'off', stored: 0 });
  const short = judgeSelfTest(
    await facts(
      {},
      deviceChecks.filter((check) => !isAboutWaiting(check)),
    ),
  );
  expect([short.verdict, failing(short)]).toEqual(['not_proved', ['device_says_off']]);
  const { receipt } = await facts({});
  const waiting = { ...receipt, parameters: { title: { state: 'off', waiting: 37 } } };
  const late = judgeSelfTest(await facts({ receipt: waiting as unknown as SelfTestFacts['receipt'] }));
  expect([late.verdict, failing(late)]).toEqual(['not_proved', ['receipt_agrees']]);
});

test('what nobody looked at has not passed: the check is left out, and nothing is proved', async () => {
  const result = judgeSelfTest(await facts({ stored: null, countedFrom: null }));
  expect(result.verdict).toBe('not_proved');
  expect(result.checks.map(({ check }) => check)).not.toContain('nothing_stored_since');
  // Off for a time only, what was rightly recorded may be stored: that is not asked.
  const timely = judgeSelfTest(await facts({ mayWait: true, since: null, stored: null, countedFrom: null }));
  expect(timely.verdict).toBe('off');
  expect(timely.checks.map(({ check }) => check)).not.toContain('nothing_stored_since');
});
