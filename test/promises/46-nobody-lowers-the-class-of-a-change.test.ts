import { expect, test } from 'vitest';
import { applyChange } from '../../server/control/change.ts';
import { classOf } from '../../shared/policy/changeClass.ts';
import { startServer } from '../support/ingestKit.ts';

test.each(['minor', 'significant'] as const)(
  'a change that takes the pause away is not published as a %s one',
  async (changeClass) => {
    await using kit = await startServer();
    await expect(kit.publish({ session: { employeeMayPause: false } }, { changeClass })).rejects.toMatchObject({
      ...{ code: 'bad_request', field: 'changeClass' },
      message: 'changeClass: this change is rights-reducing, which nobody can lower',
    });
    expect((await kit.control.current(kit.org)).document.version).toBe(1);
  },
);

test('what is published as more than it is by itself says so in the signed document, and everybody is told', async () => {
  await using kit = await startServer();
  await kit.publish({ app: { level: 'name' } });
  const lowered = await kit.publish({ app: { level: 'category' } }, { changeClass: 'significant' });
  expect(lowered.document).toMatchObject({ changeClass: 'significant', parameters: { app: { noticeVersion: 3 } } });
  const next = await kit.publish({ app: { retentionDays: 10 } });
  expect(next.document.changeClass, 'the class of the change before').toBeUndefined();
  expect(next.document.parameters.app.noticeVersion).toBe(3);
});

test('a document that claims less than its change is counts as what it is, whoever signed it', async () => {
  await using kit = await startServer();
  const current = await kit.control.current(kit.org);
  const change = { baseVersion: 1, reason: 'for this test', parameters: { session: { employeeMayPause: false } } };
  const honest = applyChange(current, change, kit.clock.now());
  const lying = { ...honest, changeClass: 'minor' as const };
  expect(classOf(current.document, lying)).toEqual(classOf(current.document, honest));
  expect(classOf(current.document, lying).whole).toBe('rights_reducing');
});
