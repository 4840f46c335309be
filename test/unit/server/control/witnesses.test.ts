import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createWitnesses } from '../../../../server/control/witnesses.ts';
import type { Store } from '../../../../server/store/store.ts';
import { enrolIn } from '../../../support/enrolIn.ts';
import { createReferenceStore } from '../../../support/referenceStore.ts';
import { sealedText } from '../../../support/sealedForTest.ts';
import { device, deviceId, NINE, orgId } from '../../../support/storeRecords.ts';

const acme = orgId('acme');

function counting(most = 100) {
  const real = createReferenceStore();
  const read: number[] = [];
  const store: Store = {
    ...real,
    async witnessesSince(org, mark) {
      const since = await real.witnessesSince(org, mark);
      read.push(since.changed.length);
      return since;
    },
  };
  const receipts = { seal: fails, open: fails, said: async () => null };
  return { store, read, witnesses: createWitnesses(store, receipts, most) };
}

function fails(): never {
  throw new Error('nothing is sealed or opened here');
}

it('a device is read again only when something about it changed', async () => {
  const { store, read, witnesses } = counting();
  for (const name of ['laptop', 'desk', 'tower']) await enrolIn(store, device(name));
  await witnesses.of(acme);
  await witnesses.of(acme);
  await store.changeDevice(acme, deviceId('desk'), { status: 'retired' });
  const all = await witnesses.of(acme);
  expect(read).toEqual([3, 0, 1]);
  expect(all.map((one) => one.status)).toEqual(['active', 'retired', 'active']);
});

it('an answer to a question asked after a change shows the change, however long an earlier one takes to read', async () => {
  const real = createReferenceStore();
  let [reads, opened] = [0, 0];
  const slowly: Store = {
    ...real,
    async witnessesSince(org, mark) {
      const since = await real.witnessesSince(org, mark);
      if (++reads === 4) await setTimeout(60);
      return since;
    },
  };
  const said = async () => (++opened === 1 ? setTimeout(30, null) : null);
  const witnesses = createWitnesses(slowly, { seal: fails, open: fails, said }, 10);
  await enrolIn(real, device('laptop'));
  await witnesses.of(acme);
  const receipt = {
    org: acme,
    device: deviceId('laptop'),
    policyVersion: 1,
    receivedAt: NINE,
    receipt: sealedText('r'),
  };
  await real.putReceipt(receipt);
  const [first] = [witnesses.of(acme), await setTimeout(5)];
  await real.changeDevice(acme, deviceId('laptop'), { status: 'retired' });
  const [second] = [witnesses.of(acme), await setTimeout(5)];
  const third = witnesses.of(acme);
  expect((await first)[0]?.status).toBe('active');
  for (const later of [second, third]) expect((await later)[0]?.status).toBe('retired');
});

it('no more devices are remembered than asked, and those that are not are read again', async () => {
  const { store, read, witnesses } = counting(3);
  for (const name of ['a', 'b']) await enrolIn(store, device(name));
  for (const name of ['c', 'd']) await enrolIn(store, device(name, { org: orgId('other') }));
  await witnesses.of(acme);
  await witnesses.of(orgId('other')); // four in all: the older organisation is forgotten
  await witnesses.of(orgId('other'));
  expect(await witnesses.of(acme)).toHaveLength(2);
  expect(read).toEqual([2, 2, 0, 2]);
});

it('a receipt that could not be read now is read the next time', async () => {
  const store = createReferenceStore();
  let fail = true;
  const said = async () => (fail ? Promise.reject(new Error('busy')) : null);
  const witnesses = createWitnesses(store, { seal: fails, open: fails, said }, 10);
  await enrolIn(store, device('laptop'));
  const receipt = {
    org: acme,
    device: deviceId('laptop'),
    policyVersion: 1,
    receivedAt: NINE,
    receipt: sealedText('r'),
  };
  await store.putReceipt(receipt);
  await expect(witnesses.of(acme)).rejects.toThrow('busy');
  fail = false;
  expect(await witnesses.of(acme)).toHaveLength(1);
});
