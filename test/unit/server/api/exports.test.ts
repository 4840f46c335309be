import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createExports } from '../../../../server/api/exports.ts';
import { PersonId } from '../../../../shared/ids.ts';
import { HOUR, MINUTE, SECOND } from '../../../../shared/time.ts';

const [ann, bob, eve] = [1, 2, 3].map(() => PersonId.parse(crypto.randomUUID())) as [PersonId, PersonId, PersonId];

function started() {
  let at = 0;
  const exports = createExports({ mono: () => at });
  const begun = (person: PersonId) => {
    const place = exports.begin(person);
    place.proven();
    return place;
  };
  return { exports, begun, pass: (ms: number) => (at += ms) };
}

test('two people who take turns hold the database for an hour at the most: after half of one nobody begins until all have ended', async () => {
  const { exports, begun, pass } = started();
  const first = begun(ann);
  pass(20 * MINUTE);
  const second = begun(bob);
  first.end();
  await turn();
  pass(10 * MINUTE);
  const refusal = { code: 'rate_limited', retryAfterMs: 20 * MINUTE, remedy: 'Try again in 20 minutes.' };
  expect(() => exports.begin(ann)).toThrow(expect.objectContaining(refusal));
  second.end();
  await turn();
  begun(eve).end();
});

test('with a gap in between, people may take turns for as long as they like', async () => {
  const { begun, pass } = started();
  for (const person of [ann, bob, ann, bob]) {
    const place = begun(person);
    pass(29 * MINUTE);
    place.end();
    await turn();
  }
});

test('what was not proven counts neither for the hour nor as a download without a gap', async () => {
  const { exports, begun, pass } = started();
  for (let time = 0; time < 9; time += 1) exports.begin(ann).end();
  const unproven = exports.begin(bob);
  pass(HOUR);
  const place = begun(ann);
  unproven.end();
  place.end();
  await turn();
  pass(SECOND);
  begun(ann).end();
});

test('what a person held is held until its snapshot is closed, though they may begin another one at once', async () => {
  const { exports, begun, pass } = started();
  let closed = (): void => {};
  begun(ann).end(new Promise((resolve) => (closed = resolve)));
  begun(ann).end();
  await turn();
  pass(30 * MINUTE);
  expect(() => exports.begin(bob)).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  closed();
  await turn();
  begun(bob).end();
});
