import { afterAll, beforeAll, expect, test } from 'vitest';
import { parameterIds } from '../../../../shared/catalog.ts';
import { processorFields } from '../../../../shared/protocol/http/processors.ts';
import { startServer, type TestOwner, type TestServer } from '../../../support/api.ts';
import { PROCESSOR } from '../../../support/routeExamples.ts';

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Acme');
});
afterAll(() => it.close());

async function write(more: object, number: number | null = null) {
  const { revision } = await owner.client.ok('GET', '/records/processors');
  const processor = { ...PROCESSOR, ...more };
  return owner.client.send('PUT', '/records/processors', { revision, number, processor, reason: 'for this test' });
}

test('a processor is on record with exactly the fields that they may get, and in the record of processing until they are ended', async () => {
  expect(await write({})).toMatchObject({ status: 200, body: { processors: [{ number: 1, ...PROCESSOR }] } });
  const { processors } = await owner.client.ok('GET', '/records/processing');
  expect(processors).toEqual([{ ...PROCESSOR, number: 1, from: expect.any(Number) }]);
  expect(String((await owner.client.send('GET', '/records/processing/page')).body)).toContain(
    'session.event, session.at',
  );
  const ended = await write({ state: 'ended' }, 1);
  expect(ended.body.processors[0].changes).toHaveLength(2);
  expect((await owner.client.ok('GET', '/records/processing')).processors).toEqual([]);
});

test('no field can be named that is not in the register of what is collected', async () => {
  for (const field of ['session.keys', 'app', 'clip.text', 'session.constructor'])
    expect((await write({ fields: [field] })).status, field).toBe(400);
  for (const id of parameterIds)
    expect(
      processorFields.some((field) => field.startsWith(`${id}.`)),
      id,
    ).toBe(true);
});

test('one in another country than the data needs a safeguard that is named', async () => {
  expect(await write({ safeguard: '' })).toMatchObject({
    ...{ status: 400, body: { error: { field: 'processor.safeguard' } } },
  });
  expect((await write({ safeguard: 'Standard contractual clauses' })).status).toBe(200);
});
