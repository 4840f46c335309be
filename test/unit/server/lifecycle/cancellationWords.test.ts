import { expect, it } from 'vitest';
import { cancellationSayer } from '../../../../server/lifecycle/cancellationWords.ts';
import { OrgId } from '../../../../shared/ids.ts';

const orgs = ['0b9a1f8e-6d1c-4c0e-9a55-0d6b5f1d2c3a', '5f0d7c52-9c1b-4b1f-8f52-2a2f5c9c7e11'].map((id) =>
  OrgId.parse(id),
);

it('whoever watches hears how far the deleting of each organisation is; nobody else does', () => {
  const said = (isWatched: boolean): readonly string[] => {
    const lines: string[] = [];
    const tell = cancellationSayer((_, more) => void lines.push(...more), isWatched);
    for (const org of orgs) {
      tell({ kind: 'state', org, state: 'keys_destroyed', at: 1_767_225_600_000 });
      for (const gone of [10_000, 26_000, 30_000, 52_000]) tell({ kind: 'deleting', org, gone });
    }
    return lines.map((line) => line.trim());
  };
  const state = '2026-01-01T00:00:00.000Z  KEYS DESTROYED  nothing of it can be opened any more';
  const watched = [state, '26,000 rows and files deleted …', '52,000 rows and files deleted …'];
  expect(said(true)).toEqual([...watched, ...watched]);
  expect(said(false)).toEqual([state, state]);
});
