import { describe, expect, test } from 'vitest';
import { proofStateOf } from '../../../server/console/collection/proofState.ts';
import { DeviceId } from '../../../shared/ids.ts';
import type { ParameterProof } from '../../../shared/protocol/http/proof.ts';
import { UnixMs } from '../../../shared/time.ts';

const device = DeviceId.parse('6f1c9a52-33f0-4a60-9a2a-3c6a70a1b001');
const at = (ms: number) => UnixMs.parse(1_700_000_000_000 + ms);
const now = at(0);

const waiting = (change: Partial<ParameterProof['waiting']>): ParameterProof['waiting'] => ({
  ...{ devices: 0, connected: 0, running: 0, stopsBy: null, named: [] },
  ...change,
});

const proof = (change: Partial<ParameterProof>): ParameterProof => ({
  parameter: 'title',
  requested: 'off',
  requestedAt: at(-1_000),
  devices: 3,
  confirmed: 3,
  active: 0,
  contradicting: [],
  waiting: waiting({}),
  timeToEffectMs: 312,
  ...change,
});

describe('what the Collection page may say', () => {
  test('confirmed, only when every device has signed', () => {
    expect(proofStateOf(proof({}), now)).toEqual({ kind: 'confirmed', devices: 3, active: 0, inMs: 312 });
  });

  test('not "confirmed" while one device is silent, even if nobody is listed as waiting', () => {
    expect(proofStateOf(proof({ confirmed: 2 }), now).kind).toBe('waiting');
  });

  test('who is answering, who is not reachable, and when the last of those stops', () => {
    const silent = waiting({ devices: 2, connected: 1, running: 1, stopsBy: at(5_000) });
    expect(proofStateOf(proof({ confirmed: 1, waiting: silent }), now)).toEqual({
      kind: 'waiting',
      confirmed: 1,
      devices: 3,
      answering: 1,
      unreachable: 1,
      stopsBy: at(5_000),
    });
  });

  test('no time of stopping when that of one device is unknown', () => {
    const silent = waiting({ devices: 2, running: 2 });
    expect(proofStateOf(proof({ confirmed: 1, waiting: silent }), now)).toMatchObject({
      kind: 'waiting',
      stopsBy: null,
    });
  });

  test('off after the lease, and not a millisecond before', () => {
    const silent = proof({ confirmed: 2, waiting: waiting({ devices: 1, running: 1, stopsBy: at(5_000) }) });
    expect(proofStateOf(silent, at(4_999)).kind).toBe('waiting');
    expect(proofStateOf(silent, at(5_000))).toEqual({ kind: 'lease_ended', confirmed: 2, ended: 1, devices: 3 });
  });

  test('a device that is connected and silent is not excused by the end of its lease', () => {
    const silent = waiting({ devices: 1, connected: 1 });
    expect(proofStateOf(proof({ confirmed: 2, waiting: silent }), now).kind).toBe('waiting');
  });

  test('a contradiction before everything else', () => {
    expect(proofStateOf(proof({ confirmed: 2, contradicting: [device] }), now)).toMatchObject({
      kind: 'contradicted',
      contradicting: 1,
    });
  });

  test('nothing to prove without devices', () => {
    expect(proofStateOf(proof({ devices: 0, confirmed: 0 }), now)).toEqual({ kind: 'no_devices' });
  });
});
