import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog, type Level, type ParameterId, parameterIds, rank } from '../../../shared/catalog.ts';
import { decide } from '../../../shared/policy/decide.ts';
import { type Lease, leaseLayers } from '../../../shared/policy/lease.ts';
import { NO_PERSONAL_TERMS } from '../../../shared/policy/personal.ts';
import { firstRules, levelsOf, readPolicy } from '../../../shared/policy/policy.ts';
import {
  acknowledgedCeiling,
  type EffectivePolicy,
  type Layer,
  layerNames,
  type NoticeEvent,
  resolve,
  resolveFor,
} from '../../../shared/policy/resolve.ts';

const levelOf = (id: ParameterId) => fc.constantFrom(...(catalog[id].levels as readonly Level[]));
const ceilings = fc.record(
  Object.fromEntries(parameterIds.map((id) => [id, levelOf(id)])) as Record<ParameterId, fc.Arbitrary<Level>>,
  { requiredKeys: [] },
);
const layer: fc.Arbitrary<Layer> = fc.record({ name: fc.constantFrom(...layerNames), ceilings });
const layers = fc.array(layer, { maxLength: 8 });
const ranks = (effective: EffectivePolicy) => parameterIds.map((id) => rank(id, effective[id].level));
const withPolicy = (some: readonly Layer[], more: Layer['ceilings']): Layer[] => [
  ...some,
  { name: 'organisation', ceilings: more },
];

describe('the effective policy', () => {
  it('is the same in whatever order the layers come, the deciding layer included', () => {
    fc.assert(
      fc.property(
        layers.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(resolve(shuffled)).toEqual(resolve(list));
        },
      ),
    );
  });

  it('is the same whichever of the layers are put together first', () => {
    const asLayer = (effective: EffectivePolicy): Layer => ({
      name: 'organisation',
      ceilings: Object.fromEntries(parameterIds.map((id) => [id, effective[id].level])),
    });
    fc.assert(
      fc.property(layers, ceilings, layers, layers, (first, policy, second, third) => {
        const [a, b] = [withPolicy(first, policy), withPolicy(second, policy)];
        const together = ranks(resolve([...a, ...b, ...third]));
        expect(ranks(resolve([asLayer(resolve(a)), ...b, ...third]))).toEqual(together);
        expect(ranks(resolve([...a, asLayer(resolve([...b, ...third]))]))).toEqual(together);
      }),
    );
  });

  it('is of one parameter what it is of all', () => {
    fc.assert(
      fc.property(layers, (list) => {
        const effective = resolve(list);
        for (const id of parameterIds) expect(resolveFor(id, list)).toEqual(effective[id]);
      }),
    );
  });

  it('does not change when a layer is applied twice', () => {
    fc.assert(
      fc.property(layers, (list) => {
        expect(resolve([...list, ...list])).toEqual(resolve(list));
      }),
    );
  });

  it('is never raised by an added layer once there is a policy', () => {
    fc.assert(
      fc.property(layers, ceilings, layer, (list, policy, added) => {
        const before = ranks(resolve(withPolicy(list, policy)));
        const after = ranks(resolve([...withPolicy(list, policy), added]));
        after.forEach((level, index) => expect(level).toBeLessThanOrEqual(before[index] ?? -1));
      }),
    );
  });

  it('is off throughout without an organisation layer, and for a level that the parameter does not have', () => {
    fc.assert(
      fc.property(layers, (list) => {
        const effective = resolve(list.filter((one) => one.name !== 'organisation'));
        expect(ranks(effective)).toEqual(parameterIds.map(() => 0));
      }),
    );
    const foreign = resolve([{ name: 'organisation', ceilings: { title: 'counts' } }]);
    expect(foreign.title).toEqual({ level: 'off', decidedBy: 'organisation' });
  });
});

describe('the decision', () => {
  it('allows exactly the levels from the lowest above off up to the effective one', () => {
    fc.assert(
      fc.property(layers, ceilings, fc.constantFrom(...parameterIds), (list, policy, id) => {
        const effective = resolve(withPolicy(list, policy));
        const allowed = catalog[id].levels.filter((level) => decide(effective[id], id, level).kind === 'allowed');
        expect(allowed).toEqual(catalog[id].levels.slice(1, rank(id, effective[id].level) + 1));
        expect(decide(effective[id], id).kind).toBe(effective[id].level === 'off' ? 'denied' : 'allowed');
      }),
    );
  });

  it('denies levels that no parameter has', () => {
    const effective = resolve([{ name: 'organisation', ceilings: { title: 'full' } }]);
    for (const level of ['raw', '', 'constructor', 'FULL', 'off']) {
      expect(decide(effective.title, 'title', level).kind).toBe('denied');
    }
  });
});

describe('a policy as an agent reads it', () => {
  const document = {
    schema: 1,
    org: '4b3a1c9e-2f6d-4c8b-9a57-1d2e3f405162',
    scope: { kind: 'org' },
    version: 3,
    previousHash: 'a'.repeat(64),
    notBefore: 1_790_000_000_000,
    leaseHours: { observed: 24, entered: 720 },
    screenshotReviewSeconds: 300,
    idleSeconds: 300,
    parameters: { ...firstRules(), title: { ...firstRules().title, level: 'full' } },
  };

  it('switches off exactly the parameters that it does not understand', () => {
    const strange = [
      { level: 'verbatim' },
      { basis: 'curiosity' },
      { schedule: { from: '09:00' } },
      { retentionDays: 10_000 },
      { surprise: true },
    ];
    for (const change of strange) {
      const parameters = { ...document.parameters, title: { ...document.parameters.title, ...change } };
      const read = readPolicy({ ...document, parameters });
      if (!read.ok) throw new Error(read.reason);
      expect(read.policy.notUnderstood).toEqual({ title: 'not_understood' });
      expect(levelsOf(read.policy)).toEqual({ ...levelsOf({ rules: document.parameters }), title: 'off' });
    }
  });

  it('has no level for a parameter that it does not know, and off for one that is missing', () => {
    const { title: _, ...rest } = document.parameters;
    const read = readPolicy({ ...document, parameters: { ...rest, gaze: { level: 'full' } } });
    if (!read.ok) throw new Error(read.reason);
    expect(read.policy.unknown).toEqual(['gaze']);
    expect(read.policy.notUnderstood).toEqual({ title: 'missing' });
    expect(levelsOf(read.policy).title).toBe('off');
  });

  it('is of no use at all when its schema, version or header is not understood', () => {
    for (const change of [
      { schema: 2 },
      { version: 0 },
      { leaseHours: { observed: 1_000 } },
      { more: 1 },
      { scope: { kind: 'team' } },
    ]) {
      expect(readPolicy({ ...document, ...change }).ok, JSON.stringify(change)).toBe(false);
    }
  });
});

describe('a lease', () => {
  const lease: Lease = {
    schema: 1,
    org: '4b3a1c9e-2f6d-4c8b-9a57-1d2e3f405162' as Lease['org'],
    person: '0b6f4e9a-91f1-4b7e-8a59-5e8f1b7a9d11' as Lease['person'],
    device: '7d1f9a66-0c3b-4ed9-9df5-2a4d8b1f6c02' as Lease['device'],
    policyHash: 'b'.repeat(64),
    policyVersion: 3,
    issuedAt: 1_790_000_000_000,
    observedUntil: 1_790_086_400_000,
    enteredUntil: 1_792_592_000_000,
    acknowledged: Object.fromEntries(parameterIds.map((id) => [id, catalog[id].levels.at(-1) ?? 'off'])),
    terms: NO_PERSONAL_TERMS,
  };
  const all: Layer = {
    name: 'organisation',
    ceilings: Object.fromEntries(parameterIds.map((id) => [id, catalog[id].levels.at(-1)])),
  };
  const on = (now: number) =>
    parameterIds.filter((id) => resolve([all, ...leaseLayers(lease, now)])[id].level !== 'off');

  it('ends what is observed first, and what the employee enters later', () => {
    expect(on(lease.issuedAt)).toEqual(parameterIds);
    expect(on(lease.observedUntil + 1)).toEqual(parameterIds.filter((id) => catalog[id].source === 'entered'));
    expect(on(lease.enteredUntil + 1)).toEqual([]);
  });

  it('is worth nothing to a clock that was set back before it was issued', () => {
    expect(on(lease.issuedAt - 3_600_000)).toEqual([]);
  });
});

describe('what a person has been told of', () => {
  const levels = fc.record(
    Object.fromEntries(parameterIds.map((id) => [id, levelOf(id)])) as Record<ParameterId, fc.Arbitrary<Level>>,
  );
  const history = fc
    .array(fc.tuple(levels, fc.boolean(), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 12 })
    .map((steps) =>
      steps.flatMap(([policy, acknowledge, version], index): NoticeEvent[] => [
        { kind: 'published', version: index + 1, at: 10 * index, levels: policy },
        ...(acknowledge
          ? [{ kind: 'acknowledged' as const, version: Math.min(version, index + 1), terms: 0, at: 10 * index + 5 }]
          : []),
      ]),
    );

  it('is never above any version published since the last acknowledgement, nor above what was acknowledged', () => {
    fc.assert(
      fc.property(history, (events) => {
        const end = 1_000;
        const ceiling = acknowledgedCeiling(events, end);
        const acks = events.filter((event) => event.kind === 'acknowledged');
        const last = acks.at(-1);
        const binding = events.filter(
          (event) =>
            event.kind === 'published' && (last === undefined || event.at > last.at || event.version === last.version),
        );
        for (const id of parameterIds) {
          if (last === undefined) expect(ceiling[id]).toBe('off');
          for (const event of binding) {
            if (event.kind === 'published')
              expect(rank(id, ceiling[id])).toBeLessThanOrEqual(rank(id, event.levels[id]));
          }
        }
      }),
    );
  });

  it('does not depend on the order in which the events are listed', () => {
    fc.assert(
      fc.property(
        history.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(acknowledgedCeiling(shuffled, 1_000)).toEqual(acknowledgedCeiling(list, 1_000));
        },
      ),
    );
  });

  it('counts from its publication when it was stamped before that, by a clock that was set back', () => {
    const full = { ...levelsOf({ rules: {} }), title: 'full' } as const;
    const events: NoticeEvent[] = [
      { kind: 'acknowledged', version: 2, terms: 0, at: 5 },
      { kind: 'published', version: 1, at: 0, levels: levelsOf({ rules: {} }) },
      { kind: 'published', version: 2, at: 9, levels: full },
    ];
    expect([5, 8, 9].map((at) => acknowledgedCeiling(events, at).title)).toEqual(['off', 'off', 'full']);
  });

  it('needs a new acknowledgement for a parameter that was lowered and raised again', () => {
    const full = { ...levelsOf({ rules: {} }), title: 'full' } as const;
    const off = levelsOf({ rules: {} });
    const events: NoticeEvent[] = [
      { kind: 'published', version: 1, at: 0, levels: full },
      { kind: 'acknowledged', version: 1, terms: 0, at: 1 },
      { kind: 'published', version: 2, at: 2, levels: off },
      { kind: 'published', version: 3, at: 3, levels: full },
      { kind: 'acknowledged', version: 1, terms: 0, at: 4 },
    ];
    expect([1, 2, 3, 4].map((at) => acknowledgedCeiling(events, at).title)).toEqual(['full', 'off', 'off', 'off']);
    expect(acknowledgedCeiling([...events, { kind: 'acknowledged', version: 3, terms: 0, at: 5 }], 5).title).toBe(
      'full',
    );
  });
});
