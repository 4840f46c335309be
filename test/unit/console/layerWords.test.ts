import { expect, test } from 'vitest';
import { layerText } from '../../../server/console/layers/layerWords.ts';
import { en } from '../../../server/console/strings/en.ts';
import type { ExplainedParameter, LayersView } from '../../../shared/protocol/http/layers.ts';
import { DAY } from '../../../shared/time.ts';
import { deviceId, personId } from '../../support/storeRecords.ts';

const now = Date.parse('2026-11-16T09:00:00Z');
const view: LayersView = {
  ...{ person: personId('ada'), at: now, policyVersion: 2, revision: 0, unreadable: false },
  ...{ jurisdiction: null, workingHours: null, clock: { of: 'organisation', zone: null } },
  leftOut: {
    person: { revision: 0, ceilings: {}, since: null, by: null, byName: null, words: null },
    teams: [],
  },
  parameters: [],
};

function words(most: string, coming: ExplainedParameter['devices'][number]['coming']): string {
  const said = { layer: 'acknowledgement', most, decides: true, byOldTerms: false } as const;
  const device = { device: deviceId('pc'), level: most, decidedBy: 'acknowledgement', coming, reported: null } as const;
  const explained: ExplainedParameter = {
    ...{ parameter: 'app', level: most, decidedBy: 'acknowledgement', layers: [said], devices: [device] },
    ...{ purpose: 'working_time', basis: 'contract', schedule: null, reviewBy: null },
  };
  return layerText(said, { explained, view, now });
}

test('a notice that was acknowledged and does not count yet is not called unacknowledged', () => {
  expect(words('off', null)).toBe(en['why.acknowledgement.none']);
  for (const most of ['off', 'category'])
    expect(words(most, { level: 'name', from: now + 3 * DAY })).toMatch(/^The notice was acknowledged\..* 19 Nov/);
});
