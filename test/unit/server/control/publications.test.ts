import { expect, test } from 'vitest';
import { createPublications } from '../../../../server/control/publications.ts';
import { orgId } from '../../../support/storeRecords.ts';

const org = orgId('acme');

test('what is done between two publications begins when the one before is over, and the next waits for it', async () => {
  const publications = createPublications(1_000);
  const said: string[] = [];
  const step = (name: string) => async () => {
    said.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    said.push(`${name} ends`);
  };
  await Promise.all([
    publications.run(org, step('a decision')),
    publications.between(org, step('an order')),
    publications.run(org, step('a restriction')),
  ]);
  const inOrder = ['a decision', 'an order', 'a restriction'].flatMap((name) => [`${name} begins`, `${name} ends`]);
  expect(said).toEqual(inOrder);
});

test('nobody who waits for publications waits for what is done between two', async () => {
  const publications = createPublications(1_000);
  let end = (): void => undefined;
  const working = publications.between(org, () => new Promise<void>((resolve) => (end = resolve)));
  await publications.settled(org);
  expect(publications.isUnderWay(org)).toBe(false);
  end();
  await working;
});
