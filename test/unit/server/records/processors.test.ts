import { expect, it } from 'vitest';
import { announced, requireSafeguard } from '../../../../server/records/processors.ts';
import { Processor } from '../../../../shared/protocol/http/processors.ts';
import { DAY } from '../../../../shared/time.ts';
import { PROCESSOR } from '../../../support/routeExamples.ts';

it('a processor in the country of the data needs no safeguard, one elsewhere does, and one that is ended gets nothing anyway', () => {
  const bare = Processor.parse({ ...PROCESSOR, safeguard: '' });
  expect(() => requireSafeguard(bare, 'DE-BE')).not.toThrow();
  expect(() => requireSafeguard(bare, 'FR')).toThrow('they are in DE, and the data is kept in FR');
  expect(() => requireSafeguard(bare, null)).toThrow('nobody has said where the data is kept');
  expect(() => requireSafeguard({ ...bare, state: 'ended' }, 'FR')).not.toThrow();
});

it('what is new waits for the reaction period, what is less or not told does not, and no change shortens a wait', () => {
  const one = Processor.parse(PROCESSOR);
  const at = (now: number, reactionDays: number) => ({ now: now * DAY, reactionDays });
  const first = announced(null, one, at(100, 14));
  expect(first).toEqual({ ...one, from: 114 * DAY });
  expect(announced(first, { ...one, fields: [], contact: 'else@payroll.example' }, at(101, 14)).from).toBe(114 * DAY);
  expect(announced(first, { ...one, region: 'FR' }, at(105, 14)).from).toBe(119 * DAY);
  expect(announced(first, { ...one, region: 'FR' }, at(101, 0)).from, 'a shorter period').toBe(114 * DAY);
  expect(announced(one, { ...one, contact: 'else@payroll.example' }, at(101, 14))).not.toHaveProperty('from');
});
