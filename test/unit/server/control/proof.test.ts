import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { askedSince, type Current, prove, type Witness } from '../../../../server/control/proof.ts';
import { type Level, type ParameterId, parameterIds } from '../../../../shared/catalog.ts';
import { DeviceId, PersonId } from '../../../../shared/ids.ts';
import { firstRules, PolicyDocument } from '../../../../shared/policy/policy.ts';
import type { ReceiptPayload } from '../../../../shared/protocol/messages.ts';
import { DAY, HOUR, MINUTE } from '../../../../shared/time.ts';

const NOW = 1_795_212_000_000;

function perParameter<T>(value: T): Record<ParameterId, T> {
  return Object.fromEntries(parameterIds.map((id) => [id, value])) as Record<ParameterId, T>;
}

function silent(connected: boolean, ends: number | null): Witness {
  const lease = ends === null ? null : { issuedAt: NOW - HOUR, observedUntil: ends, enteredUntil: ends };
  const device = {
    device: DeviceId.parse(randomUUID()),
    person: PersonId.parse(randomUUID()),
    lease,
    status: 'active' as const,
  };
  return { device, connected, allowed: perParameter<Level>('off'), terms: 0, receipt: null, agreedAt: {} };
}

function current(): Current {
  const document = PolicyDocument.parse({
    ...{ schema: 1, org: randomUUID(), scope: { kind: 'org' }, version: 1, previousHash: null, notBefore: NOW },
    ...{ leaseHours: { observed: 24, entered: 720 }, screenshotReviewSeconds: 300, idleSeconds: 300 },
    parameters: firstRules(),
  });
  return { document, hash: '0'.repeat(64), unchanged: perParameter(1), changedAt: perParameter(NOW) };
}

function appProof(witnesses: readonly Witness[]) {
  const proofs = prove(current(), perParameter(NOW), witnesses, NOW);
  return { proofs, waiting: proofs.find(({ parameter }) => parameter === 'app')?.waiting };
}

it('is as small for fifteen hundred devices that are long gone as for twenty: it counts them, and names the first', () => {
  const witnesses = Array.from({ length: 1_500 }, () => silent(false, NOW - 30 * DAY));
  const { proofs, waiting } = appProof(witnesses);
  expect(waiting).toEqual({
    ...{ devices: 1_500, connected: 0, running: 0, stopsBy: null },
    named: witnesses.slice(0, 20).map(({ device }) => device.device),
  });
  expect(JSON.stringify(proofs).length).toBeLessThan(16 * 1024);
});

it('names no device before a week after its lease has ended: which computer is on today is for its person alone', () => {
  const gone = silent(false, NOW - 7 * DAY);
  const ends = [NOW + HOUR, NOW - MINUTE, NOW - 3 * DAY, NOW - 7 * DAY + 1, null];
  const quiet = ends.map((end) => silent(false, end));
  const there = [...ends, NOW - 30 * DAY].map((end) => silent(true, end));
  expect(appProof([...quiet, ...there, gone]).waiting).toMatchObject({ devices: 12, named: [gone.device.device] });
});

it('says by which hour the last device that is away has stopped, and not when any of them was last there', () => {
  const hour = Math.ceil(NOW / HOUR) * HOUR;
  const away = [silent(false, hour + HOUR + 7 * MINUTE), silent(false, hour + MINUTE), silent(false, NOW - 3 * HOUR)];
  expect(appProof(away).waiting).toMatchObject({ devices: 3, connected: 0, running: 2, stopsBy: hour + 2 * HOUR });
  expect(appProof([...away, silent(false, null)]).waiting).toMatchObject({ devices: 4, running: 3, stopsBy: null });
});

const TITLE = { level: 'redacted', reviewBy: NOW + DAY } as const;

function titled(version: number, change: object = {}): PolicyDocument {
  const { document } = current();
  const title = { ...document.parameters.title, ...TITLE, ...change };
  return { ...document, version, parameters: { ...document.parameters, title } };
}

/** Connected, told of titles, and with a receipt about version 1 of that time. */
function saying(state: 'active' | 'off', at: number, waiting = 0): Witness {
  const level = state === 'active' ? 'redacted' : 'off';
  const said = { state, level, reason: null, waiting } as const;
  const receipt: ReceiptPayload = {
    ...{ device: DeviceId.parse(randomUUID()), policyHash: '0'.repeat(64), policyVersion: 1, terms: 0 },
    ...{ at, tracking: true, parameters: { ...perParameter({ ...said, state: 'off', level: 'off' }), title: said } },
  };
  return { ...silent(true, NOW + HOUR), allowed: { ...perParameter<Level>('off'), title: 'redacted' }, receipt };
}

function titleProof(document: PolicyDocument, witnesses: readonly Witness[], now: number, requestedAt = NOW) {
  const proofs = prove({ ...current(), document }, perParameter(requestedAt), witnesses, now);
  return proofs.find(({ parameter }) => parameter === 'title');
}

it('asks for off from the moment in which the date of a review has passed, and counts who has confirmed that since', () => {
  const past = TITLE.reviewBy + 1;
  const before = saying('active', NOW + HOUR);
  expect(titleProof(titled(1), [before], TITLE.reviewBy)).toMatchObject({
    ...{ requested: 'redacted', requestedAt: NOW, confirmed: 1, active: 1 },
  });
  const late = saying('active', past + MINUTE);
  const stillSending = saying('off', past, 2);
  const off = saying('off', past);
  expect(titleProof(titled(1), [before, late, stillSending, off], past + HOUR)).toMatchObject({
    ...{ requested: 'off', requestedAt: past, devices: 4, confirmed: 1, active: 0, timeToEffectMs: null },
    ...{ contradicting: [late.device.device], waiting: { devices: 2, connected: 2 } },
  });
});

it('asks for off since the version that set a date of review that had passed, and not since the level was chosen', () => {
  const published = [
    { document: titled(1), publishedAt: NOW },
    { document: titled(2, { reviewBy: NOW + HOUR }), publishedAt: NOW + 2 * HOUR },
  ];
  expect(askedSince(published).title).toBe(NOW + 2 * HOUR);
  const ended = [published[0], { document: titled(2), publishedAt: NOW + 3 * DAY }].flatMap((one) => one ?? []);
  expect(askedSince(ended).title, 'a date that passed before another version').toBe(TITLE.reviewBy + 1);
  expect(titleProof(titled(2, { reviewBy: NOW + HOUR }), [], NOW + DAY, NOW + 2 * HOUR)).toMatchObject({
    ...{ requested: 'off', requestedAt: NOW + 2 * HOUR },
  });
});
