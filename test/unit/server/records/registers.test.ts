import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Authorized, authorize, organisation } from '../../../../server/authorize.ts';
import { controllerOf } from '../../../../server/records/controller.ts';
import { createRecipients } from '../../../../server/records/processors.ts';
import { createRegisters, requireNewest } from '../../../../server/records/registers.ts';
import { rootKeyOf } from '../../../../server/vault/rootKey.ts';
import { createVault } from '../../../../server/vault/vault.ts';
import type { ControllerDetails } from '../../../../shared/protocol/http/processing.ts';
import { Processor } from '../../../../shared/protocol/http/processors.ts';
import { createReferenceKeyStore, createReferenceStore } from '../../../support/referenceStore.ts';
import { PROCESSOR } from '../../../support/routeExamples.ts';
import { NINE, orgId, personId } from '../../../support/storeRecords.ts';

const ACME = orgId('acme');
const PIA = personId('pia');
const EMPTY: ControllerDetails = {
  ...{ name: '', address: '' },
  ...{ jointControllers: '', representative: '', dataProtectionOfficer: '' },
};

async function begun() {
  const store = createReferenceStore();
  const keyStore = createReferenceKeyStore();
  const vault = await createVault({ keyStore, rootKey: rootKeyOf(randomBytes(32)), random: randomBytes });
  const clock = { now: () => NINE, mono: () => 0 };
  return { store, vault, clock, registers: createRegisters({ store, vault, clock }) };
}

function leave(): Authorized<'records.change'> {
  const actor = { org: ACME, person: PIA, role: 'privacy_officer', managesTeams: [], complete: true } as const;
  const verdict = authorize(actor, 'records.change', organisation(ACME));
  if (verdict.kind !== 'granted') throw new Error(verdict.reason);
  return verdict.leave;
}

const named = (name: string) => ({ entry: { ...EMPTY, name }, reason: `it is called ${name}` });

it('every entry stays, with its author, its instant and its reason, and the newest is the one that holds', async () => {
  const { registers } = await begun();
  await registers.write(leave(), 'controller', () => named('Acme'));
  await registers.write(leave(), 'controller', () => named('Acme Ltd'));
  const written = await registers.read(ACME, 'controller');
  expect(written).toEqual([
    { revision: 1, at: NINE, said: { author: PIA, ...named('Acme') } },
    { revision: 2, at: NINE, said: { author: PIA, ...named('Acme Ltd') } },
  ]);
  expect(controllerOf(written)).toEqual({
    ...{ revision: 2, changedAt: NINE, changedBy: PIA, unreadable: false, details: { ...EMPTY, name: 'Acme Ltd' } },
    notFilledIn: ['address', 'jointControllers', 'representative', 'dataProtectionOfficer'],
  });
  expect(await registers.read(orgId('other'), 'controller')).toEqual([]);
});

it('nothing of an entry stands in the store in the clear', async () => {
  const { registers, store } = await begun();
  await registers.write(leave(), 'controller', () => named('Acme of Somewhere'));
  const [entry] = await store.settingRevisions(ACME, 'register controller');
  const bytes = Buffer.from(entry?.sealed ?? []);
  expect(bytes.length).toBeGreaterThan(0);
  expect(bytes.includes('Somewhere')).toBe(false);
});

it('of two that looked at the same entry the second is refused, and told that somebody was first', async () => {
  const { registers } = await begun();
  const change = (name: string) =>
    registers.write(leave(), 'controller', (written) => {
      requireNewest(written, 0);
      return named(name);
    });
  const results = await Promise.allSettled([change('one'), change('two')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(results[1]).toMatchObject({ reason: { code: 'conflict', field: 'revision' } });
});

it('as long as somebody asks not to be disturbed nothing is added', async () => {
  const { registers } = await begun();
  let finish: () => void = () => undefined;
  const waiting = registers.undisturbed(ACME, () => new Promise<void>((resolve) => (finish = resolve)));
  const late = registers.write(leave(), 'controller', () => named('late'));
  expect(await Promise.race([late, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))])).toBe('nothing');
  expect(await registers.read(ACME, 'controller')).toEqual([]);
  finish();
  await waiting;
  expect(await late).toHaveLength(1);
});

it('another process that was first is a conflict too, and its entry stays', async () => {
  const { registers, store, vault, clock } = await begun();
  const other = createRegisters({ store, vault, clock });
  const late = registers.write(leave(), 'controller', async () => {
    await other.write(leave(), 'controller', () => named('other'));
    return named('late');
  });
  await expect(late).rejects.toMatchObject({ code: 'conflict' });
  expect((await registers.read(ACME, 'controller')).map(({ said }) => said)).toEqual([
    { author: PIA, ...named('other') },
  ]);
});

it('an entry that was moved to another place or changed cannot be read, and leaves nothing in its stead', async () => {
  const { registers, store, clock } = await begun();
  await registers.write(leave(), 'controller', () => named('Acme'));
  const [entry] = await store.settingRevisions(ACME, 'register controller');
  if (entry === undefined) throw new Error('what was written is not there');
  await store.putSetting({ ...entry, revision: 2 });
  const written = await registers.read(ACME, 'controller');
  expect(written.map(({ said }) => said)).toEqual([{ author: PIA, ...named('Acme') }, null]);
  expect(controllerOf(written)).toMatchObject({ unreadable: true, details: EMPTY, changedAt: clock.now() });
});

it('the register of processors is opened once for everyone who asks, and again when it has another entry', async () => {
  const { registers, store, vault } = await begun();
  let opened = 0;
  const settingRevisions: typeof store.settingRevisions = (...of) => {
    opened += 1;
    return store.settingRevisions(...of);
  };
  const recipientsOf = createRecipients({ setting: store.setting, settingRevisions }, vault);
  const names = async () => (await recipientsOf(ACME)).processors.map(({ name }) => name);
  expect(await names()).toEqual([]);
  const processor = Processor.parse({ ...PROCESSOR, name: 'Payroll Ltd' });
  const reason = 'they make the payroll';
  await registers.write(leave(), 'processors', () => ({
    entry: { ...processor, number: 1 },
    reason,
  }));
  const before = opened;
  expect(await Promise.all([names(), names(), names()])).toEqual([['Payroll Ltd'], ['Payroll Ltd'], ['Payroll Ltd']]);
  expect(await names()).toEqual(['Payroll Ltd']);
  expect(opened).toBe(before + 1);
});
