import { expect, test } from 'vitest';
import { account } from '../support/crash/account.ts';
import { crashed } from '../support/crash/crash.ts';
import { keyRoll } from '../support/crash/keyRoll.ts';
import { organisation } from '../support/crash/organisation.ts';
import { rebuilding, restoring } from '../support/crash/restoring.ts';
import { rootRotation } from '../support/crash/rootRotation.ts';

// FAULTS 25: death at any change of the folder, as kill -9 and as a power cut leave it. `npm run crash` tries a thousand.

/** Of each; more than fifty together. */
const POINTS = 16;

test(`an organisation whose cancellation died at ${POINTS} of its writes is there whole, or is gone whole; the other one is whole`, async () => {
  const { ends, changes } = await crashed(organisation, { points: POINTS });
  expect(changes).toBeGreaterThan(POINTS);
  expect(ends).toEqual({ 'never begun': expect.any(Number), ended: expect.any(Number) });
}, 600_000);

test(`an account whose end died at ${POINTS} of its writes is there whole, or is gone whole and certified; the other one is whole`, async () => {
  const { ends, changes } = await crashed(account, { points: POINTS });
  expect(changes).toBeGreaterThan(POINTS);
  expect(ends).toEqual({ 'never begun': expect.any(Number), ended: expect.any(Number) });
}, 600_000);

test(`keys whose replacement died at ${POINTS} of its writes open everything, and no old one is left when it went on`, async () => {
  const { ends, changes } = await crashed(keyRoll, { points: POINTS });
  expect(changes).toBeGreaterThan(POINTS);
  expect(Object.keys(ends)).toEqual(expect.arrayContaining(['went on']));
}, 600_000);

test(`a folder whose change of the root key died at ${POINTS} of its writes opens with the one or the other, and needs nobody for that`, async () => {
  const { ends, changes } = await crashed(rootRotation, { points: POINTS });
  expect(changes).toBeGreaterThan(10);
  expect(ends).toEqual({ 'as before': expect.any(Number), changed: expect.any(Number) });
}, 600_000);

test('a restore that died at any of its writes leaves the data as it was or brings it back whole, and can be taken again', async () => {
  const { ends, changes } = await crashed(restoring, { points: 6 });
  expect(changes).toBeGreaterThan(10);
  expect(ends).toEqual({ 'as before': expect.any(Number), restored: expect.any(Number) });
}, 600_000);

test('the rebuilding of a lost machine that died at any of its writes is finished by the same command', async () => {
  const { ends, changes } = await crashed(rebuilding, { points: 6 });
  expect(changes).toBeGreaterThan(10);
  expect(ends).toEqual({ 'begun anew': expect.any(Number), 'was done': expect.any(Number) });
}, 600_000);
