import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createDetectors, type Sighting, thresholds } from '../../../../server/audit/detectors.ts';
import { PersonId } from '../../../../shared/ids.ts';
import { HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';

const reader = PersonId.parse(randomUUID());
const people = Array.from({ length: 60 }, () => PersonId.parse(randomUUID()));
const look = (place: number, at: number, ownTeam = false): Sighting => ({
  ...{ kind: 'look', at, by: reader, ownTeam },
  of: people[place % people.length]!,
});
const raisedBy = (sightings: readonly Sighting[]) => {
  const detectors = createDetectors();
  return sightings.flatMap((one) => detectors.see(one)).map(({ kind, by, count }) => [kind, by, count]);
};
const times = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place));

describe('many people in a short time', () => {
  const { count, withinMs } = thresholds.strangers;

  test('raise one alarm, at the person that is too many, whatever follows within the hour', () => {
    expect(raisedBy(times(count - 1, (place) => look(place, place)))).toEqual([]);
    expect(raisedBy(times(count + 20, (place) => look(place, place)))).toEqual([['alarm_mass_read', reader, count]]);
    const later = times(count, (place) => look(place, HOUR + place * SECOND));
    expect(raisedBy([...times(count, (place) => look(place, place)), ...later])).toHaveLength(2);
  });

  test('are people, not looks: one person may be looked at again and again', () => {
    expect(raisedBy(times(500, (place) => look(place % (count - 1), place)))).toEqual([]);
  });

  test('are none where they are looked at over a longer time', () => {
    expect(raisedBy(times(50, (place) => look(place, place * Math.ceil(withinMs / (count - 1)))))).toEqual([]);
  });

  test('of teams of their own may be more', () => {
    const own = thresholds.ownTeam.count;
    expect(raisedBy(times(own - 1, (place) => look(place, place, true)))).toEqual([]);
    expect(raisedBy(times(own, (place) => look(place, place, true)))).toEqual([['alarm_mass_read', reader, own]]);
  });
});

test('a download is one outside of working hours alone', () => {
  const download = (at: number, working: boolean): Sighting => ({ kind: 'download', at, by: reader, working });
  expect(raisedBy([download(0, true), download(1, false), download(2, false)])).toEqual([
    ['alarm_off_hours_download', reader, 1],
  ]);
});

test('refusals count by who is refused, repeated ones each, and go with their time', () => {
  const refusal = (at: number, times: number, by = reader): Sighting => ({ kind: 'refusal', at, by, times });
  expect(raisedBy([refusal(0, 15), refusal(1, 4), refusal(2, 4, people[0])])).toEqual([]);
  expect(raisedBy([refusal(0, 15), refusal(11 * MINUTE, 5)])).toEqual([]);
  expect(raisedBy([refusal(0, 15), refusal(1, 5)])).toEqual([['alarm_refusals', reader, 20]]);
});

test('what does not open is of nobody', () => {
  const failed = (at: number, times: number): Sighting => ({ kind: 'failed_open', at, times });
  expect(raisedBy([failed(0, 4), failed(1, 1), failed(2, 9)])).toEqual([['alarm_failed_opens', null, 5]]);
});

test('what another process has raised is not raised again within the hour', () => {
  const raised: Sighting = { kind: 'raised', at: 0, alarm: 'alarm_mass_read', by: reader };
  const many = (from: number) => times(thresholds.strangers.count, (place) => look(place, from + place));
  expect(raisedBy([raised, ...many(1)])).toEqual([]);
  expect(raisedBy([raised, ...many(HOUR)])).toHaveLength(1);
});
