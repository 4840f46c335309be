import { expect, it } from 'vitest';
import { requireSafeguard } from '../../../../server/records/processors.ts';
import { Processor } from '../../../../shared/protocol/http/processors.ts';
import { PROCESSOR } from '../../../support/routeExamples.ts';

it('a processor in the country of the data needs no safeguard, one elsewhere does, and one that is ended gets nothing anyway', () => {
  const bare = Processor.parse({ ...PROCESSOR, safeguard: '' });
  expect(() => requireSafeguard(bare, 'DE-BE')).not.toThrow();
  expect(() => requireSafeguard(bare, 'FR')).toThrow('they are in DE, and the data is kept in FR');
  expect(() => requireSafeguard(bare, null)).toThrow('nobody has said where the data is kept');
  expect(() => requireSafeguard({ ...bare, state: 'ended' }, 'FR')).not.toThrow();
});
