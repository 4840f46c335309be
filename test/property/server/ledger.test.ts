import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  EMPTY,
  entryOf,
  headAfter,
  type LedgerEntry,
  type LedgerHead,
  lineOf,
} from '../../../server/lifecycle/ledgerEntry.ts';
import { DeviceId, ErasureId, OrgId, PersonId } from '../../../shared/ids.ts';
import { EndingState } from '../../../shared/protocol/http/endings.ts';

const time = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2090, 0, 1) });
const uuid = fc.uuid({ version: 4 });
const whose = {
  at: time,
  ending: uuid.map((id) => ErasureId.parse(id)),
  org: uuid.map((id) => OrgId.parse(id)),
  person: fc.option(uuid.map((id) => PersonId.parse(id))),
};
const entry: fc.Arbitrary<LedgerEntry> = fc.oneof(
  fc.record({ ...whose, state: fc.constantFrom(...EndingState.exclude(['committed']).options) }),
  fc.record({ ...whose, state: fc.constant('device_wiped' as const), device: uuid.map((id) => DeviceId.parse(id)) }),
  fc.record({
    ...whose,
    state: fc.constant('committed' as const),
    by: fc.constantFrom('owner', 'admin', 'host'),
    counts: fc.dictionary(fc.constantFrom('segments', 'images', 'looks'), fc.nat()),
    devices: fc.constant([]),
    leaseUntil: fc.option(time),
  }),
);

function written(entries: readonly LedgerEntry[]): string[] {
  let head = EMPTY;
  return entries.map((one) => {
    const line = lineOf(one, head);
    head = headAfter(head, line);
    return line;
  });
}

function read(lines: readonly string[]): { entries: LedgerEntry[]; head: LedgerHead } {
  let head = EMPTY;
  const entries = lines.map((line) => {
    const one = entryOf(line, head);
    head = headAfter(head, line);
    return one;
  });
  return { entries, head };
}

it('whatever was written down is read as it was', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      expect(read(written(entries)).entries).toEqual(entries);
    }),
  );
});

it('no line but the last can be changed in any character without being noticed, and of the last the head tells', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.nat(),
      fc.constantFrom(...'0a"{ 9z'),
      (entries, which, where, put) => {
        const lines = written(entries);
        const place = which % lines.length;
        const line = lines[place] ?? '';
        const at = where % line.length;
        const changed = line.slice(0, at) + put + line.slice(at + 1);
        fc.pre(changed !== line);
        const others = lines.with(place, changed);
        let noticed = false;
        try {
          noticed = read(others).head.head !== read(lines).head.head;
          if (place < lines.length - 1) throw new Error('it was read as if nothing had happened');
        } catch (error) {
          noticed = !(error instanceof Error && error.message.startsWith('it was read'));
        }
        expect(noticed).toBe(true);
      },
    ),
  );
});
