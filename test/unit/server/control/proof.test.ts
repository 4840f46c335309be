import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Current, prove, type Witness } from '../../../../server/control/proof.ts';
import { type Level, type ParameterId, parameterIds } from '../../../../shared/catalog.ts';
import { DeviceId, PersonId } from '../../../../shared/ids.ts';
import { firstRules, PolicyDocument } from '../../../../shared/policy/policy.ts';
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
