import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BatchUnit,
  type SegmentRecord,
  type Store,
  StoreError,
  type TokenKind,
} from '../../server/store/store.ts';
import { ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { DeviceId, OrgId, PersonId, SegmentId } from '../../shared/ids.ts';
import type { SecurityEventKind } from '../../shared/protocol/http/securityEvents.ts';
import { DAY } from '../../shared/time.ts';
import { enrolIn } from '../support/enrolIn.ts';
import { sealedText } from '../support/sealedForTest.ts';
import {
  access,
  batch,
  blob,
  decision,
  device,
  deviceId,
  digestOf,
  enrolment,
  erasure,
  imageId,
  importPiece,
  importRecord,
  keyOf,
  NINE,
  notice,
  once,
  org,
  orgId,
  person,
  personId,
  policy,
  policyKey,
  requestId,
  requestStep,
  saidErased,
  segment,
  segmentId,
  setting,
  teamId,
  token,
  unnumbered,
  webSession,
} from '../support/storeRecords.ts';
import { auditTreeContract } from './auditTree.contract.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** Closes and opens again; the store as a new process would find it. Null for a store that is not durable. */
  readonly reopen: (() => Promise<Store>) | null;
  readonly dispose: () => Promise<void>;
}

/** Every promise of `server/store/store.ts`, put to one implementation. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a Store`, () => {
    let under: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      under = await open();
      store = under.store;
    });
    afterEach(() => under.dispose());

    describe('organisations and people', () => {
      it('lists organisations in order of creation and refuses a second of the same id', async () => {
        await store.createOrganisation(org('zeta'));
        await store.createOrganisation(org('acme'));
        await expectConflict(store.createOrganisation({ ...org('acme'), createdAt: NINE + 1 }));
        expect(await store.organisations()).toEqual([org('zeta'), org('acme')]);
      });

      it('returns a person exactly as created, by id and by e-mail hash', async () => {
        const ann = person('ann', { hasSecondFactor: true, managesTeams: [teamId('z'), teamId('y')], teams: [] });
        await store.createPerson(ann);
        expect(await store.person(ann.org, ann.person)).toEqual(ann);
        expect(await store.personByEmail(ann.emailHash)).toEqual(ann);
        expect(await store.person(orgId('other'), ann.person)).toBeNull();
        expect(await store.personByEmail(digestOf('nobody'))).toBeNull();
      });

      it('refuses an e-mail hash that is taken, also by a person of another organisation', async () => {
        await store.createPerson(person('ann'));
        const twin = person('bob', { org: orgId('other'), emailHash: person('ann').emailHash });
        await expectConflict(store.createPerson(twin));
        await expectConflict(store.createPerson(person('ann', { emailHash: digestOf('new') })));
        expect(await store.people(orgId('other'))).toEqual([]);
      });

      it('gives one of two who claim an e-mail hash at the same time a conflict, and only one', async () => {
        const claims = ['ann', 'bob', 'cem'].map((who) =>
          outcome(store.createPerson(person(who, { emailHash: digestOf('same') }))),
        );
        expect((await Promise.all(claims)).sort()).toEqual(['conflict', 'conflict', 'done']);
        expect(await store.people(orgId('acme'))).toHaveLength(1);
      });

      it('lists the people of one organisation in order of creation', async () => {
        const bob = person('bob');
        await store.createPerson(bob);
        await store.createPerson(person('eve', { org: orgId('other') }));
        await store.createPerson(person('ann'));
        expect(await store.people(orgId('acme'))).toEqual([bob, person('ann')]);
      });

      it('lists of some people those who are in the organisation, in the same order, and nobody for nobody', async () => {
        for (const who of ['ann', 'bob', 'cem']) await store.createPerson(person(who));
        await store.createPerson(person('eve', { org: orgId('other') }));
        const asked = ['cem', 'eve', 'unknown', 'ann'].map(personId);
        expect(await store.people(orgId('acme'), asked)).toEqual([person('ann'), person('cem')]);
        expect(await store.people(orgId('acme'), [])).toEqual([]);
      });

      it('changes only what a change names and returns the record after it', async () => {
        await store.createPerson(person('ann'));
        const changed = await store.changePerson(orgId('acme'), personId('ann'), { role: 'manager', teams: [] });
        expect(changed).toEqual({ ...person('ann'), role: 'manager', teams: [] });
        expect(await store.person(orgId('acme'), personId('ann'))).toEqual(changed);
      });

      it('changes nobody and returns null where there is no such person', async () => {
        await store.createPerson(person('ann'));
        expect(await store.changePerson(orgId('acme'), personId('bob'), { role: 'owner' })).toBeNull();
        expect(await store.changePerson(orgId('other'), personId('ann'), { role: 'owner' })).toBeNull();
        expect(await store.people(orgId('acme'))).toEqual([person('ann')]);
      });

      it('loses none of many changes of one person made at the same time', async () => {
        await store.createPerson(person('ann'));
        const change = (part: Parameters<Store['changePerson']>[2]) =>
          store.changePerson(orgId('acme'), personId('ann'), part);
        await Promise.all([
          change({ role: 'admin' }),
          change({ status: 'invited' }),
          change({ hasSecondFactor: true }),
          change({ managesTeams: [teamId('c')] }),
          change({ profile: sealedText('new') }),
        ]);
        expect(await store.person(orgId('acme'), personId('ann'))).toEqual({
          ...person('ann'),
          role: 'admin',
          status: 'invited',
          hasSecondFactor: true,
          managesTeams: [teamId('c')],
          profile: sealedText('new'),
        });
      });

      it('lists teams in order of creation and refuses a second of the same id', async () => {
        const team = (name: string) => ({ org: orgId('acme'), team: teamId(name), name: sealedText(name) });
        await store.createTeam(team('z'));
        await store.createTeam(team('a'));
        await expectConflict(store.createTeam({ ...team('a'), name: sealedText('other') }));
        expect(await store.teams(orgId('acme'))).toEqual([team('z'), team('a')]);
        expect(await store.teams(orgId('other'))).toEqual([]);
      });

      it('renames a team in its place, and none of another organisation or that is not there', async () => {
        const team = (name: string) => ({ org: orgId('acme'), team: teamId(name), name: sealedText(name) });
        await store.createTeam(team('z'));
        await store.createTeam(team('a'));
        const renamed = { ...team('z'), name: sealedText('new') };
        expect(await store.changeTeam(orgId('acme'), teamId('z'), { name: sealedText('new') })).toEqual(renamed);
        expect(await store.changeTeam(orgId('other'), teamId('a'), { name: sealedText('new') })).toBeNull();
        expect(await store.changeTeam(orgId('acme'), teamId('q'), { name: sealedText('new') })).toBeNull();
        expect(await store.teams(orgId('acme'))).toEqual([renamed, team('a')]);
      });
    });

    describe('tokens and sessions', () => {
      it('shows a token without using it up, of its kind and before its end only', async () => {
        await store.createToken(token('t'));
        const { tokenHash, expiresAt } = token('t');
        expect(await store.peekToken('invitation', tokenHash, NINE)).toEqual(token('t'));
        expect(await store.peekToken('invitation', tokenHash, expiresAt - 1)).toEqual(token('t'));
        expect(await store.peekToken('invitation', tokenHash, expiresAt)).toBeNull();
        expect(await store.peekToken('enrolment', tokenHash, NINE)).toBeNull();
        expect(await store.peekToken('invitation', digestOf('unknown'), NINE)).toBeNull();
      });

      it('gives a token to exactly one of many who redeem it at the same time', async () => {
        await store.createPerson(person('ann', { status: 'invited' }));
        await store.createToken(token('t'));
        const redeem = () => store.redeemToken('invitation', token('t').tokenHash, NINE, { status: 'active' });
        const got = (await Promise.all(Array.from({ length: 20 }, redeem))).filter((one) => one !== null);
        expect(got).toEqual([person('ann', { status: 'active' })]);
        expect(await store.person(orgId('acme'), personId('ann'))).toEqual(person('ann', { status: 'active' }));
        expect(await store.peekToken('invitation', token('t').tokenHash, NINE)).toBeNull();
        expect(await redeem()).toBeNull();
      });

      it('does not redeem a token that is expired, of another kind or of nobody, and leaves it and its person', async () => {
        await store.createToken(token('t'));
        const { tokenHash, expiresAt } = token('t');
        const redeem = (kind: TokenKind, now: number) => store.redeemToken(kind, tokenHash, now, { status: 'active' });
        expect(await redeem('invitation', NINE)).toBeNull();
        await store.createPerson(person('ann', { status: 'invited' }));
        expect(await redeem('invitation', expiresAt)).toBeNull();
        expect(await redeem('sign_in_link', NINE)).toBeNull();
        expect(await store.person(orgId('acme'), personId('ann'))).toEqual(person('ann', { status: 'invited' }));
        expect(await redeem('invitation', NINE)).toEqual(person('ann', { status: 'active' }));
      });

      it('keeps earlier tokens of a person, or ends those of the same kind, as asked', async () => {
        const isThere = async (name: string, kind: TokenKind = 'invitation') =>
          (await store.peekToken(kind, token(name).tokenHash, NINE)) !== null;
        await store.createToken(token('first'));
        await store.createToken(token('second'));
        await store.createToken(token('code', { kind: 'enrolment' }));
        await store.createToken(token('bobs', { person: personId('bob') }));
        expect([await isThere('first'), await isThere('second')]).toEqual([true, true]);
        await store.createToken(token('third'), 'revoke');
        expect([await isThere('first'), await isThere('second'), await isThere('third')]).toEqual([false, false, true]);
        expect([await isThere('code', 'enrolment'), await isThere('bobs')]).toEqual([true, true]);
      });

      it('makes no more tokens of a kind for a person than are allowed to be open, also of many at the same time', async () => {
        const code = (name: string, change = {}) => token(name, { kind: 'enrolment', ...change });
        await store.createToken(code('over', { expiresAt: NINE }));
        await store.createToken(code('of bob', { person: personId('bob') }));
        await store.createToken(token('an invitation'));
        const names = ['a', 'b', 'c', 'd'];
        const made = await Promise.all(names.map((name) => store.createToken(code(name), { many: 2, at: NINE })));
        expect(made.toSorted()).toEqual([false, false, true, true]);
        const open = await store.tokens(orgId('acme'), 'enrolment', NINE);
        expect(open).toEqual([
          code('of bob', { person: personId('bob') }),
          ...names.filter((_, at) => made[at]).map((name) => code(name)),
        ]);
      });

      it('lists the tokens of a kind that still work, of one organisation, in order of creation', async () => {
        const later = token('later', { expiresAt: token('t').expiresAt + 1, person: personId('bob') });
        await store.createToken(later);
        await store.createToken(token('t'));
        await store.createToken(token('code', { kind: 'enrolment' }));
        await store.createToken(token('elsewhere', { org: orgId('other') }));
        expect(await store.tokens(orgId('acme'), 'invitation', NINE)).toEqual([later, token('t')]);
        expect(await store.tokens(orgId('acme'), 'invitation', token('t').expiresAt)).toEqual([later]);
        await store.createPerson(person('bob'));
        await store.redeemToken('invitation', later.tokenHash, NINE, {});
        expect(await store.tokens(orgId('acme'), 'invitation', NINE)).toEqual([token('t')]);
      });

      it('revokes one token of a person and kind, or all of them, and no other', async () => {
        const codes = ['x', 'y', 'z'].map((name) => token(name, { kind: 'enrolment' }));
        const others = [token('t'), token('bobs', { kind: 'enrolment', person: personId('bob') })];
        for (const one of [...codes, ...others]) await store.createToken(one);
        const revoke = (which: Parameters<Store['revokeTokens']>[3], org = 'acme', who = 'ann') =>
          store.revokeTokens(orgId(org), personId(who), 'enrolment', which);
        expect(await revoke({ only: digestOf('unknown') })).toBe(0);
        expect(await revoke({ only: token('bobs').tokenHash })).toBe(0);
        expect(await revoke('all', 'other')).toBe(0);
        expect(await revoke({ only: token('y').tokenHash })).toBe(1);
        expect(await store.redeemToken('enrolment', token('y').tokenHash, NINE, {})).toBeNull();
        expect(await store.tokens(orgId('acme'), 'enrolment', NINE)).toEqual([codes[0], codes[2], others[1]]);
        expect(await revoke('all')).toBe(2);
        expect(await store.tokens(orgId('acme'), 'enrolment', NINE)).toEqual([others[1]]);
        expect(await store.tokens(orgId('acme'), 'invitation', NINE)).toEqual([token('t')]);
      });

      it('refuses a token whose hash exists', async () => {
        await store.createToken(token('t'));
        await expectConflict(store.createToken(token('t', { kind: 'enrolment', org: orgId('other') })));
      });

      it('finds a session until it expires', async () => {
        await store.createSession(webSession('s', { secondFactor: 'totp' }), 9);
        const { id, expiresAt } = webSession('s');
        expect(await store.session(id, expiresAt - 1)).toEqual(webSession('s', { secondFactor: 'totp' }));
        expect(await store.session(id, expiresAt)).toBeNull();
        expect(await store.session(digestOf('unknown'), NINE)).toBeNull();
        await expectConflict(store.createSession(webSession('s', { person: personId('bob') }), 9));
      });

      it('lists the living sessions of one person', async () => {
        await store.createSession(webSession('one'), 9);
        await store.createSession(webSession('old', { expiresAt: NINE }), 9);
        await store.createSession(webSession('bob', { person: personId('bob') }), 9);
        await store.createSession(webSession('two'), 9);
        expect(await store.sessionsOf(orgId('acme'), personId('ann'), NINE)).toEqual([
          webSession('one'),
          webSession('two'),
        ]);
      });

      it('with a new session ends those of the person that are over, and those used longest ago above the most', async () => {
        const over = { createdAt: NINE - 9, lastSeenAt: NINE + 90, expiresAt: NINE };
        await store.createSession(webSession('over', over), 9);
        await store.createSession(webSession('bob', { ...over, person: personId('bob') }), 9);
        for (const [name, lastSeenAt] of Object.entries({ a: NINE + 2, b: NINE + 1, c: NINE + 2 })) {
          await store.createSession(webSession(name, { lastSeenAt }), 9);
        }
        await store.createSession(webSession('new'), 3);
        const alive = (name: string) => store.sessionsOf(orgId('acme'), personId(name), NINE - 1);
        expect((await alive('ann')).map(({ id }) => id)).toEqual(['a', 'c', 'new'].map((name) => webSession(name).id));
        await store.createSession(webSession('newer'), 2);
        expect((await alive('ann')).map(({ id }) => id)).toEqual(['c', 'newer'].map((name) => webSession(name).id));
        expect(await alive('bob')).toHaveLength(1);
      });

      it('touches a session, and its second factor only when asked', async () => {
        await store.createSession(webSession('s', { secondFactor: 'totp' }), 9);
        await store.touchSession(webSession('s').id, NINE + 5);
        const touched = webSession('s', { secondFactor: 'totp', lastSeenAt: NINE + 5 });
        expect(await store.session(touched.id, NINE)).toEqual(touched);
        await store.touchSession(touched.id, NINE + 6, { secondFactor: 'recovery_code' });
        const again = webSession('s', { secondFactor: 'recovery_code', lastSeenAt: NINE + 6 });
        expect(await store.session(again.id, NINE)).toEqual(again);
        await store.touchSession(digestOf('unknown'), NINE);
      });

      it('takes away what ended by time or was not used since, of everybody, and says how much', async () => {
        await store.createSession(webSession('idle', { lastSeenAt: NINE - 5 }), 9);
        await store.createSession(webSession('bob', { person: personId('bob'), lastSeenAt: NINE - 6 }), 9);
        await store.createSession(webSession('used', { lastSeenAt: NINE - 4 }), 9);
        // Last: a new session takes away those of its person that are over.
        await store.createSession(webSession('over', { expiresAt: NINE }), 9);
        expect(await store.dropEndedSessions(NINE, NINE - 5)).toBe(3);
        expect(await store.sessionsOf(orgId('acme'), personId('ann'), 0)).toEqual([
          webSession('used', { lastSeenAt: NINE - 4 }),
        ]);
        expect(await store.dropEndedSessions(NINE, NINE - 5)).toBe(0);
      });

      it('ends one session, all but one, or all of a person, and says how many', async () => {
        for (const name of ['a', 'b', 'c', 'd']) await store.createSession(webSession(name), 9);
        await store.createSession(webSession('bob', { person: personId('bob') }), 9);
        const end = (which: Parameters<Store['endSessions']>[2]) =>
          store.endSessions(orgId('acme'), personId('ann'), which);
        expect(await end({ only: webSession('a').id })).toBe(1);
        expect(await end({ only: webSession('a').id })).toBe(0);
        expect(await end({ only: webSession('bob').id })).toBe(0);
        expect(await end({ except: webSession('c').id })).toBe(2);
        expect(await store.sessionsOf(orgId('acme'), personId('ann'), NINE)).toEqual([webSession('c')]);
        expect(await end({ except: null })).toBe(1);
        expect(await store.session(webSession('bob').id, NINE)).not.toBeNull();
      });
    });

    describe('devices', () => {
      const lease = { issuedAt: NINE, observedUntil: NINE + 1, enteredUntil: NINE + 2 };

      it('returns a device exactly as created', async () => {
        const full = device('laptop', {
          lease,
          previousLease: { issuedAt: NINE - 3, observedUntil: NINE - 2, enteredUntil: NINE - 1 },
          clockOffsetMs: -1.5,
          agentVersion: '1.2.3',
          lastSeenAt: NINE,
          committedSeq: 7,
          sessionState: sealedText('state'),
        });
        await enrolIn(store, full);
        await enrolIn(store, device('desk'));
        expect(await store.device(full.device)).toEqual(full);
        expect(await store.devices(orgId('acme'))).toEqual([full, device('desk')]);
        expect(await store.device(deviceId('unknown'))).toBeNull();
        expect(await store.devices(orgId('other'))).toEqual([]);
      });

      it('are listed of some people alone, in the same order, and of nobody for nobody', async () => {
        const [desk, phone] = [device('desk'), device('phone', { person: personId('bob') })];
        for (const one of [desk, phone, device('laptop', { person: personId('cem') })]) await enrolIn(store, one);
        const whose = [phone.person, personId('nobody'), desk.person];
        expect(await store.devices(orgId('acme'), whose)).toEqual([desk, phone]);
        expect(await store.devices(orgId('acme'), [])).toEqual([]);
        expect(await store.devices(orgId('other'), [desk.person])).toEqual([]);
      });

      it('in use are counted of the people named, without those that are retired, and of whoever has none not at all', async () => {
        const bob = { person: personId('bob') };
        for (const one of [device('desk'), device('phone'), device('old'), device('laptop', bob)])
          await enrolIn(store, one);
        for (const one of ['old', 'laptop']) {
          await store.changeDevice(orgId('acme'), deviceId(one), { status: 'retired' });
        }
        const whose = [personId('ann'), bob.person, personId('nobody')];
        expect(await store.activeDevices(orgId('acme'), whose)).toEqual(new Map([[personId('ann'), 2]]));
        expect(await store.activeDevices(orgId('acme'), [bob.person])).toEqual(new Map());
        expect(await store.activeDevices(orgId('acme'), [])).toEqual(new Map());
        expect(await store.activeDevices(orgId('other'), whose)).toEqual(new Map());
      });

      describe('enrolling', () => {
        const code = token('code', { kind: 'enrolment' });
        const read = async () => ({
          code: await store.peekToken('enrolment', code.tokenHash, NINE),
          devices: await store.devices(orgId('acme')),
          acknowledgements: await store.acknowledgements(orgId('acme'), personId('ann')),
          events: unnumbered(await store.securityEvents(orgId('acme'), 10)),
        });
        const nothing = { code, devices: [], acknowledgements: [], events: [] };

        it('uses up the code, creates the device, keeps the acknowledgement and records the event', async () => {
          await store.createToken(code);
          expect(await store.enrolDevice(enrolment('laptop'))).toEqual({ kind: 'enrolled' });
          const { device: enrolled, acknowledgement, event } = enrolment('laptop');
          expect(await read()).toEqual({
            code: null,
            devices: [enrolled],
            acknowledgements: [acknowledgement],
            events: [{ ...event, count: 1 }],
          });
        });

        it('keeps no acknowledgement where there is none', async () => {
          await store.createToken(code);
          expect(await store.enrolDevice(enrolment('laptop', { acknowledgement: null }))).toEqual({ kind: 'enrolled' });
          expect(await read()).toMatchObject({ code: null, devices: [device('laptop')], acknowledgements: [] });
        });

        it('changes nothing without a valid code of this person for this purpose', async () => {
          const others = [
            token('of bob', { kind: 'enrolment', person: personId('bob') }),
            token('of another organisation', { kind: 'enrolment', org: orgId('other') }),
            token('to sign in'),
          ];
          for (const one of [code, ...others]) await store.createToken(one);
          const refused = [
            enrolment('laptop', { codeHash: digestOf('unknown') }),
            enrolment('laptop', { now: code.expiresAt }),
            ...others.map(({ tokenHash }) => enrolment('laptop', { codeHash: tokenHash })),
          ];
          for (const one of refused) expect(await store.enrolDevice(one)).toEqual({ kind: 'gone' });
          expect(await read()).toEqual(nothing);
          for (const { kind, tokenHash } of others) expect(await store.peekToken(kind, tokenHash, NINE)).not.toBeNull();
        });

        it('leaves the code as good as it was when the id or the key was ever used, in any spelling', async () => {
          await enrolIn(store, device('old', { status: 'retired', org: orgId('other') }));
          await store.createToken(code);
          const taken = [
            device('old', { publicKey: keyOf('new') }),
            device('new', { publicKey: keyOf('old') }),
            device('new', { publicKey: otherSpelling(keyOf('old')) }),
          ];
          for (const one of taken)
            expect(await store.enrolDevice(enrolment('new', { device: one }))).toEqual({ kind: 'conflict' });
          expect(await read()).toEqual(nothing);
          expect(await store.enrolDevice(enrolment('new'))).toEqual({ kind: 'enrolled' });
        });

        it('enrols no more active devices of a person than are allowed, also of many at the same time, and leaves their codes', async () => {
          await enrolIn(store, device('old', { status: 'retired' }));
          await enrolIn(store, device('of bob', { person: personId('bob') }));
          const codes = Array.from({ length: 6 }, (_, place) => token(`code ${place}`, { kind: 'enrolment' }));
          for (const one of codes) await store.createToken(one);
          const results = await Promise.all(
            codes.map(({ tokenHash: codeHash }, place) =>
              store.enrolDevice(
                enrolment(`device ${place}`, { codeHash, acknowledgement: null, most: { active: 2, inADay: 6 } }),
              ),
            ),
          );
          const kinds = results.map(({ kind }) => kind);
          expect(kinds.toSorted()).toEqual(['enrolled', 'enrolled', ...Array(4).fill('too_many')]);
          const left = await store.tokens(orgId('acme'), 'enrolment', NINE);
          expect(left).toEqual(codes.filter((_, place) => kinds[place] === 'too_many'));
          expect((await read()).devices).toHaveLength(4);
        });

        it('enrols no more devices of a person in a day than are allowed, those retired since included, and says when the next one may be', async () => {
          const at = (name: string, enrolledAt: number) => device(name, { status: 'retired', enrolledAt });
          const earlier = [at('a day ago', NINE - DAY), at('sooner', NINE - DAY + 1), at('just now', NINE)];
          const ofOthers = [
            device('of bob', { person: personId('bob') }),
            device('elsewhere', { org: orgId('other') }),
          ];
          // The clock was ahead: what was enrolled in a time to come is of no day yet.
          for (const one of [...earlier, ...ofOthers, at('ahead', NINE + DAY)]) await enrolIn(store, one);
          await store.createToken(code);
          const most = { active: 20, inADay: 2 };
          const refused = await store.enrolDevice(enrolment('new', { most }));
          expect(refused).toEqual({ kind: 'too_often', nextAt: NINE + 1 });
          expect(await store.tokens(orgId('acme'), 'enrolment', NINE)).toEqual([code]);
          expect(await store.enrolDevice(enrolment('new', { most, now: NINE + 1 }))).toEqual({ kind: 'enrolled' });
        });

        it('enrols one of many who use a code at the same time, and keeps nothing of the others', async () => {
          await store.createToken(code);
          const names = Array.from({ length: 20 }, (_, place) => `device ${place}`);
          const results = await Promise.all(names.map((name) => store.enrolDevice(enrolment(name))));
          expect(results.map(({ kind }) => kind).toSorted()).toEqual(['enrolled', ...Array(19).fill('gone')]);
          const winner = names[results.findIndex(({ kind }) => kind === 'enrolled')] ?? '';
          expect(await read()).toMatchObject({
            code: null,
            devices: [device(winner)],
            acknowledgements: [enrolment(winner).acknowledgement],
            events: [{ count: 1 }],
          });
        });
      });

      it('changes only what a change names', async () => {
        await enrolIn(store, device('laptop', { committedSeq: 3, sessionState: sealedText('state') }));
        const before = device('laptop', { committedSeq: 3, sessionState: sealedText('state') });
        const change = { agentVersion: '2.0.0', clockOffsetMs: -3, lastSeenAt: NINE };
        const changed = await store.changeDevice(orgId('acme'), deviceId('laptop'), change);
        expect(changed).toEqual({ ...before, ...change });
        const retired = await store.changeDevice(orgId('acme'), deviceId('laptop'), { status: 'retired' });
        expect(retired).toEqual({ ...before, ...change, status: 'retired' });
        expect(await store.device(deviceId('laptop'))).toEqual(retired);
        expect(await store.changeDevice(orgId('other'), deviceId('laptop'), { status: 'active' })).toBeNull();
      });

      it('keeps of each policy version the first and the latest receipt, and the latest of the device', async () => {
        const receipt = (policyVersion: number, at: number, name = 'laptop') => ({
          org: orgId('acme'),
          device: deviceId(name),
          policyVersion,
          receivedAt: NINE + at,
          receipt: sealedText(`receipt ${name} ${at}`),
        });
        for (const [version, at] of [
          [1, 1],
          [1, 2],
          [1, 3],
          [2, 4],
          [1, 5],
        ] as const) {
          await store.putReceipt(receipt(version, at));
        }
        await store.putReceipt(receipt(2, 6, 'desk'));
        expect(await store.receipts(orgId('acme'), deviceId('laptop'))).toEqual([
          receipt(1, 1),
          receipt(1, 5),
          receipt(2, 4),
        ]);
        expect(await store.latestReceipt(orgId('acme'), deviceId('laptop'))).toEqual(receipt(1, 5));
        expect(await store.latestReceipt(orgId('acme'), deviceId('desk'))).toEqual(receipt(2, 6, 'desk'));
        expect(await store.latestReceipt(orgId('other'), deviceId('desk'))).toBeNull();
      });

      const hour = (from: number, name = 'laptop') => ({
        ...{ device: deviceId(name), issuedAt: NINE + from, observedUntil: NINE + from + 60 },
        enteredUntil: NINE + from + 600,
      });
      const windowsOf = async (name = 'laptop') => {
        const { lease: running, previousLease } = (await store.device(deviceId(name))) ?? device(name);
        return [previousLease, running].map((one) => one && [one.issuedAt - NINE, one.observedUntil - NINE]);
      };

      it('continues the window of a lease that still runs, and keeps the last one that had ended, from its beginning', async () => {
        await enrolIn(store, device('laptop'));
        const record = (from: number) => store.recordLeases(orgId('acme'), [hour(from)]);
        expect(await record(0)).toEqual([deviceId('laptop')]);
        await record(50);
        expect(await windowsOf()).toEqual([null, [0, 110]]);
        await record(200);
        await record(260);
        expect(await windowsOf()).toEqual([
          [0, 110],
          [200, 320],
        ]);
        await record(400);
        expect(await windowsOf()).toEqual([
          [200, 320],
          [400, 460],
        ]);
      });

      it('records the leases of many devices in one call, and none for a retired, an unknown or another’s device', async () => {
        const names = Array.from({ length: 700 }, (_, place) => `many ${place}`);
        await Promise.all(names.map((name) => enrolIn(store, device(name))));
        await enrolIn(store, device('old', { status: 'retired' }));
        await enrolIn(store, device('foreign', { org: orgId('other') }));
        const wanted = ['old', ...names, 'unknown', 'foreign'].map((name) => hour(names.indexOf(name), name));
        expect(await store.recordLeases(orgId('acme'), wanted)).toEqual(names.map(deviceId));
        expect(await windowsOf('many 699')).toEqual([null, [699, 759]]);
        for (const name of ['old', 'foreign']) expect(await windowsOf(name)).toEqual([null, null]);
        expect(await store.recordLeases(orgId('acme'), [])).toEqual([]);
      });

      it('loses no window to another lease of the same device that is recorded at the same time', async () => {
        await enrolIn(store, device('laptop'));
        await enrolIn(store, device('desk'));
        await store.recordLeases(orgId('acme'), [hour(0), hour(0, 'desk')]);
        // Two windows each: whichever order they come in, the later one continues the earlier, and the first one stays.
        await Promise.all([
          store.recordLeases(orgId('acme'), [hour(100), hour(100, 'desk')]),
          store.recordLeases(orgId('acme'), [hour(130, 'desk'), hour(130)]),
          store.recordLeases(orgId('acme'), [hour(150), hour(150)]),
        ]);
        const [before, running] = await windowsOf();
        expect([before, running?.[0]]).toEqual([[0, 60], 100]);
        expect((await windowsOf('desk'))[0]).toEqual([0, 60]);
      });

      it('hands on what changed of what proof rests on since a mark: enrolment, status, lease and receipt, and nothing else', async () => {
        const acme = orgId('acme');
        await enrolIn(store, device('laptop'));
        await enrolIn(store, device('desk'));
        await enrolIn(store, device('foreign', { org: orgId('other') }));
        let mark = 0;
        const changed = async () => {
          const since = await store.witnessesSince(acme, mark);
          ({ mark } = since);
          return since.changed;
        };
        const names = async () => (await changed()).map((one) => one.device.device);
        const { org: of, device: id, person: whose, publicKey, status, enrolledAt } = device('laptop');
        const first = {
          device: { org: of, device: id, person: whose, publicKey, status, enrolledAt, lease: null },
          receipt: null,
        };
        expect((await changed())[0]).toEqual(first);
        expect(await changed()).toEqual([]);
        await store.changeDevice(acme, deviceId('laptop'), { lastSeenAt: NINE, agentVersion: '2', clockOffsetMs: 1 });
        await store.appendBatch(batch(1));
        expect(await changed()).toEqual([]);
        await store.recordLeases(acme, [{ ...lease, device: deviceId('desk') }]);
        expect((await changed()).map((one) => one.device)).toMatchObject([{ device: deviceId('desk'), lease }]);
        const receipt = { org: acme, device: id, policyVersion: 1, receivedAt: NINE, receipt: sealedText('receipt') };
        await store.putReceipt(receipt);
        expect(await changed()).toEqual([{ ...first, receipt }]);
        await store.changeDevice(acme, deviceId('desk'), { status: 'retired' });
        await enrolIn(store, device('tower'));
        expect(await names()).toEqual([deviceId('desk'), deviceId('tower')]);
        mark = 0;
        expect(await names()).toEqual([deviceId('laptop'), deviceId('desk'), deviceId('tower')]);
      });

      it('misses no change between two marks, however many are made at once', async () => {
        const names = Array.from({ length: 12 }, (_, place) => `device ${place}`);
        for (const name of names) await enrolIn(store, device(name));
        let { mark } = await store.witnessesSince(orgId('acme'), 0);
        const seen = new Set<string>();
        const changes = names.flatMap((name, place) => [
          store.recordLeases(orgId('acme'), [hour(place, name)]),
          store.changeDevice(orgId('acme'), deviceId(name), { status: 'retired' }),
        ]);
        const look = async () => {
          const since = await store.witnessesSince(orgId('acme'), mark);
          mark = since.mark;
          for (const one of since.changed) if (one.device.status === 'retired') seen.add(one.device.device);
        };
        for (const change of changes) await Promise.all([change, look()]);
        await look();
        expect(seen).toEqual(new Set(names.map(deviceId)));
      });
    });

    describe('decisions of one person', () => {
      it('are kept in order of revision, each exactly the next of its person', async () => {
        await expectConflict(store.putDecision(decision(2)));
        await store.putDecision(decision(1));
        await expectConflict(store.putDecision(decision(1, { at: NINE })));
        await expectConflict(store.putDecision(decision(3)));
        await store.putDecision(decision(1, { person: personId('bob') }));
        await store.putDecision(decision(2));
        await store.putDecision(decision(1, { org: orgId('other') }));
        expect(await store.decisions(orgId('acme'), personId('ann'))).toEqual([decision(1), decision(2)]);
        expect(await store.decisions(orgId('acme'), personId('cyd'))).toEqual([]);
        const all = await store.decisions(orgId('acme'));
        expect(all.filter(({ person }) => person === personId('ann'))).toEqual([decision(1), decision(2)]);
        expect(all.filter(({ person }) => person === personId('bob'))).toHaveLength(1);
        expect(all).toHaveLength(3);
      });

      it('let exactly one of many made at the same time be the next', async () => {
        const claims = Array.from({ length: 8 }, (_, at) => outcome(store.putDecision(decision(1, { at: NINE + at }))));
        expect((await Promise.all(claims)).filter((one) => one === 'done')).toHaveLength(1);
        expect(await store.decisions(orgId('acme'), personId('ann'))).toHaveLength(1);
      });
    });

    describe('settings of an organisation', () => {
      it('are kept in order of revision, each exactly the next of its name, and the newest holds', async () => {
        expect(await store.setting(orgId('acme'), 'contacts')).toBeNull();
        await expectConflict(store.putSetting(setting('contacts', 2)));
        await store.putSetting(setting('contacts', 1));
        await expectConflict(store.putSetting(setting('contacts', 1, { at: NINE })));
        await store.putSetting(setting('other', 1));
        await store.putSetting(setting('contacts', 2));
        await store.putSetting(setting('contacts', 1, { org: orgId('other') }));
        expect(await store.setting(orgId('acme'), 'contacts')).toEqual(setting('contacts', 2));
        const all = await store.settingRevisions(orgId('acme'), 'contacts');
        expect(all).toEqual([setting('contacts', 1), setting('contacts', 2)]);
        const told = { org: orgId('acme'), at: NINE, kind: 'data_restored', person: null, detail: 'with it' } as const;
        await expectConflict(store.putSetting(setting('told', 2), told));
        expect(await store.securityEvents(orgId('acme'), 9)).toEqual([]);
        await store.putSetting(setting('told', 1), told);
        expect(await store.securityEvents(orgId('acme'), 9)).toMatchObject([{ ...told, count: 1 }]);
        const then = await store.snapshot();
        await store.putSetting(setting('contacts', 3));
        expect(await then.setting(orgId('acme'), 'contacts')).toEqual(setting('contacts', 2));
        await then.close();
      });

      it('let exactly one of many made at the same time be the next', async () => {
        const claims = Array.from({ length: 8 }, (_, at) =>
          outcome(store.putSetting(setting('x', 1, { at: NINE + at }))),
        );
        expect((await Promise.all(claims)).filter((one) => one === 'done')).toHaveLength(1);
        expect(await store.settingRevisions(orgId('acme'), 'x')).toHaveLength(1);
      });
    });

    describe('steps of requests about one’s own data', () => {
      it('are kept in order of step, each exactly the next of its request, and never changed', async () => {
        await expectConflict(store.putRequestStep(requestStep('a', 2)));
        await store.putRequestStep(requestStep('a', 1));
        await expectConflict(store.putRequestStep(requestStep('a', 1, { at: NINE })));
        await expectConflict(store.putRequestStep(requestStep('a', 3)));
        await store.putRequestStep(requestStep('b', 1));
        await store.putRequestStep(requestStep('a', 2));
        await store.putRequestStep(requestStep('a', 1, { person: personId('bob') }));
        await store.putRequestStep(requestStep('a', 1, { org: orgId('other') }));
        const mine = await store.requestSteps(orgId('acme'), personId('ann'));
        expect(mine.filter(({ request }) => request === requestId('a'))).toEqual([
          requestStep('a', 1),
          requestStep('a', 2),
        ]);
        expect(mine.filter(({ request }) => request === requestId('b'))).toEqual([requestStep('b', 1)]);
        expect(mine).toHaveLength(3);
        expect(await store.requestSteps(orgId('acme'), personId('cyd'))).toEqual([]);
        expect(await store.requestSteps(orgId('acme'))).toHaveLength(4);
      });

      it('let exactly one of many made at the same time be the next', async () => {
        const claims = Array.from({ length: 8 }, (_, at) =>
          outcome(store.putRequestStep(requestStep('a', 1, { at: NINE + at }))),
        );
        expect((await Promise.all(claims)).filter((one) => one === 'done')).toHaveLength(1);
        expect(await store.requestSteps(orgId('acme'), personId('ann'))).toHaveLength(1);
      });

      it('stand in a snapshot as they were', async () => {
        await store.putRequestStep(requestStep('a', 1));
        const before = await store.snapshot();
        await store.putRequestStep(requestStep('a', 2));
        expect(await before.requestSteps(orgId('acme'), personId('ann'))).toEqual([requestStep('a', 1)]);
        await before.close();
      });
    });

    describe('policy keys', () => {
      const profileIn = async () => (await store.organisations()).map(({ profile }) => profile);

      it('are kept by number, each exactly the next of its organisation, with the profile that holds it in the same step', async () => {
        await store.createOrganisation(org('acme'));
        await store.createOrganisation(org('other'));
        await store.publishPolicy(policy(1));
        expect(await store.policyKeys(orgId('acme'))).toEqual([]);
        await expectConflict(store.rotatePolicyKey(policyKey(2), 1, sealedText('too soon')));
        await store.rotatePolicyKey(policyKey(1), 1, sealedText('first'));
        await expectConflict(store.rotatePolicyKey(policyKey(1), 1, sealedText('again')));
        await expectConflict(store.rotatePolicyKey(policyKey(3), 1, sealedText('a gap')));
        expect(await profileIn()).toEqual([sealedText('first'), org('other').profile]);
        await store.rotatePolicyKey(policyKey(2), 1, sealedText('second'));
        expect(await store.policyKeys(orgId('acme'))).toEqual([policyKey(1), policyKey(2)]);
        expect(await profileIn()).toEqual([sealedText('second'), org('other').profile]);
        expect(await store.policyKeys(orgId('other'))).toEqual([]);
      });

      it('are not changed under another policy than the one in force', async () => {
        await store.createOrganisation(org('acme'));
        await store.publishPolicy(policy(1));
        await store.publishPolicy(policy(2));
        for (const version of [1, 3]) {
          await expectConflict(store.rotatePolicyKey(policyKey(1), version, sealedText('no')));
        }
        expect(await profileIn()).toEqual([org('acme').profile]);
        await store.rotatePolicyKey(policyKey(1), 2, sealedText('yes'));
        expect(await profileIn()).toEqual([sealedText('yes')]);
      });

      it('let exactly one of many made at the same time be the next', async () => {
        await store.createOrganisation(org('acme'));
        await store.publishPolicy(policy(1));
        const claims = Array.from({ length: 8 }, (_, at) =>
          outcome(store.rotatePolicyKey(policyKey(1, { at: NINE + at }), 1, sealedText(`key ${at}`))),
        );
        const won = (await Promise.all(claims)).indexOf('done');
        expect(await store.policyKeys(orgId('acme'))).toEqual([policyKey(1, { at: NINE + won })]);
        expect(await profileIn()).toEqual([sealedText(`key ${won}`)]);
      });
    });

    describe('notices', () => {
      it('keep every edition of a version, each exactly the next, and are found by version and by hash', async () => {
        const acme = orgId('acme');
        await expectConflict(store.putNotice(notice(1, 2)));
        await store.putNotice(notice(2, 1));
        await store.putNotice(notice(1, 1));
        await expectConflict(store.putNotice(notice(1, 1, { at: NINE })));
        await store.putNotice(notice(1, 2));
        await store.putNotice(notice(1, 1, { org: orgId('other'), hash: digestOf('theirs') }));
        expect(await store.notice(acme, 1)).toEqual(notice(1, 2));
        expect(await store.notice(acme, 3)).toBeNull();
        expect(await store.noticeByHash(acme, digestOf('notice 1 1'))).toEqual(notice(1, 1));
        expect(await store.noticeByHash(acme, digestOf('theirs'))).toBeNull();
        const heads = [notice(1, 1), notice(1, 2), notice(2, 1)].map(({ text: _, ...head }) => head);
        expect(await store.notices(acme)).toEqual(heads);
      });
    });

    describe('policies', () => {
      it('publishes exactly the next version and returns all, oldest first', async () => {
        await expectConflict(store.publishPolicy(policy(2)));
        await store.publishPolicy(policy(1));
        await expectConflict(store.publishPolicy(policy(1, { hash: digestOf('other') })));
        await expectConflict(store.publishPolicy(policy(3)));
        await store.publishPolicy(policy(2));
        await store.publishPolicy(policy(1, { org: orgId('other') }));
        expect(await store.policies(orgId('acme'))).toEqual([policy(1), policy(2)]);
      });

      it('lets exactly one of many publish a version at the same time', async () => {
        const claims = Array.from({ length: 8 }, (_, at) =>
          outcome(store.publishPolicy(policy(1, { publishedAt: NINE + at }))),
        );
        expect((await Promise.all(claims)).filter((one) => one === 'done')).toHaveLength(1);
        expect(await store.policies(orgId('acme'))).toHaveLength(1);
      });

      it('keeps the first of repeated acknowledgements', async () => {
        const acknowledgement = (noticeVersion: number, at: number, name = 'laptop', terms = 0) => ({
          org: orgId('acme'),
          person: personId('ann'),
          device: deviceId(name),
          noticeVersion,
          terms,
          at: NINE + at,
          acknowledgement: sealedText(`ack ${at}`),
        });
        await store.putAcknowledgement(acknowledgement(2, 1));
        await store.putAcknowledgement(acknowledgement(2, 2));
        await store.putAcknowledgement(acknowledgement(1, 3));
        await store.putAcknowledgement(acknowledgement(2, 4, 'desk'));
        await store.putAcknowledgement(acknowledgement(2, 5, 'laptop', 3));
        await store.putAcknowledgement(acknowledgement(2, 6, 'laptop', 3));
        expect(await store.acknowledgements(orgId('acme'), personId('ann'))).toEqual([
          acknowledgement(2, 1),
          acknowledgement(1, 3),
          acknowledgement(2, 4, 'desk'),
          acknowledgement(2, 5, 'laptop', 3),
        ]);
        expect(await store.acknowledgements(orgId('acme'), personId('bob'))).toEqual([]);
        expect(await store.acknowledgementsIn(orgId('acme'))).toEqual([
          acknowledgement(2, 1),
          acknowledgement(1, 3),
          acknowledgement(2, 4, 'desk'),
          acknowledgement(2, 5, 'laptop', 3),
        ]);
        expect(await store.acknowledgementsIn(orgId('other'))).toEqual([]);
      });
    });

    describe('observations', () => {
      beforeEach(() => enrolIn(store, device('laptop')));
      const stored = (parameter: 'app' | 'title' | 'screenshot' = 'app', from = '2026-01-01', to = '2026-12-31') =>
        store.segments(orgId('acme'), personId('ann'), parameter, from, to);
      const laptop = () => store.device(deviceId('laptop'));

      it('stores a batch whole and moves the device with it', async () => {
        const unit = batch(1, {
          segments: [segment('a'), segment('b', 'title')],
          blobs: [blob('x'), blob('y', 200_000)],
          discarded: [{ parameter: 'unknown', reason: 'malformed', count: 2 }],
          dropped: [{ parameter: 'screenshot', cause: 'dropped_by_employee', count: 1 }],
          sessionState: sealedText('state 1'),
        });
        expect(await store.appendBatch(unit)).toEqual({ kind: 'committed' });
        expect(await stored('app')).toEqual([segment('a')]);
        expect(await stored('title')).toEqual([segment('b', 'title')]);
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('x'))).toEqual(blob('x'));
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('y'))).toEqual(blob('y', 200_000));
        expect(await store.discards(orgId('acme'), deviceId('laptop'))).toEqual(unit.discarded);
        expect(await store.drops(orgId('acme'), deviceId('laptop'))).toEqual(unit.dropped);
        expect(await laptop()).toEqual(
          device('laptop', { committedSeq: 1, lastSeenAt: NINE + 1, sessionState: sealedText('state 1') }),
        );
      });

      it('keeps the session state that a batch does not replace, and the later time of two', async () => {
        await store.appendBatch(batch(1, { sessionState: sealedText('state'), receivedAt: NINE + 50 }));
        await store.appendBatch(batch(2, { receivedAt: NINE + 20 }));
        expect(await laptop()).toMatchObject({ sessionState: sealedText('state'), lastSeenAt: NINE + 50 });
      });

      it('answers a repeated seq with duplicate and changes nothing, whatever it holds', async () => {
        await store.appendBatch(batch(1));
        await store.appendBatch(batch(2));
        const again = batch(1, {
          segments: [segment('other')],
          blobs: [blob('z')],
          discarded: [{ parameter: 'app', reason: 'malformed', count: 1 }],
          sessionState: sealedText('other'),
        });
        expect(await store.appendBatch(again)).toEqual({ kind: 'duplicate' });
        expect(await stored()).toEqual([segment('seq 1'), segment('seq 2')]);
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('z'))).toBeNull();
        expect(await store.discards(orgId('acme'), deviceId('laptop'))).toEqual([]);
        expect(await laptop()).toEqual(device('laptop', { committedSeq: 2, lastSeenAt: NINE + 2 }));
      });

      it('answers a seq after a gap with the one that it expects and changes nothing', async () => {
        await store.appendBatch(batch(1));
        expect(await store.appendBatch(batch(3))).toEqual({ kind: 'out_of_order', expected: 2 });
        expect(await stored()).toEqual([segment('seq 1')]);
        expect(await laptop()).toMatchObject({ committedSeq: 1 });
      });

      it("refuses a retired, an unknown and another person's device and changes nothing", async () => {
        await enrolIn(store, device('old', { status: 'retired' }));
        const from = (change: Partial<BatchUnit>) =>
          store.appendBatch(batch(1, { segments: [], discarded: [one], ...change }));
        const one = { parameter: 'app', reason: 'malformed', count: 1 } as const;
        expect(await from({ device: deviceId('old') })).toEqual({ kind: 'refused' });
        expect(await from({ device: deviceId('unknown') })).toEqual({ kind: 'refused' });
        expect(await from({ person: personId('bob') })).toEqual({ kind: 'refused' });
        expect(await from({ org: orgId('other') })).toEqual({ kind: 'refused' });
        expect(await store.discards(orgId('acme'), deviceId('old'))).toEqual([]);
        expect(await store.discards(orgId('acme'), deviceId('laptop'))).toEqual([]);
        expect(await laptop()).toEqual(device('laptop'));
      });

      it('answers a batch that was judged under an older policy than the newest with stale and changes nothing', async () => {
        for (const version of [1, 2]) await store.publishPolicy(policy(version));
        await store.publishPolicy(policy(1, { org: orgId('other') }));
        const unit = batch(1, { blobs: [blob('x')], discarded: [{ parameter: 'app', reason: 'malformed', count: 1 }] });
        expect(await store.appendBatch({ ...unit, judgedUnder: 1 })).toEqual({ kind: 'stale' });
        expect(await laptop()).toEqual(device('laptop'));
        expect(await store.segments(orgId('acme'), personId('ann'), 'app', '2026-03-02', '2026-03-02')).toEqual([]);
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('x'))).toBeNull();
        expect(await store.discards(orgId('acme'), deviceId('laptop'))).toEqual([]);
        expect(await store.appendBatch({ ...unit, judgedUnder: 2 })).toEqual({ kind: 'committed' });
        expect(await store.appendBatch({ ...unit, judgedUnder: 1 })).toEqual({ kind: 'duplicate' });
      });

      it('answers a batch that was judged before the newest decision of its own person with stale and changes nothing', async () => {
        await store.putDecision(decision(1));
        await store.putDecision(decision(1, { person: personId('bob') }));
        await store.putDecision(decision(2, { person: personId('bob') }));
        await store.putDecision(decision(1, { org: orgId('other') }));
        expect(await store.appendBatch(batch(1, { judgedTerms: 0 }))).toEqual({ kind: 'stale' });
        expect(await laptop()).toEqual(device('laptop'));
        expect(await stored()).toEqual([]);
        expect(await store.appendBatch(batch(1, { judgedTerms: 1 }))).toEqual({ kind: 'committed' });
        expect(await store.appendBatch(batch(1, { judgedTerms: 0 }))).toEqual({ kind: 'duplicate' });
      });

      it('stores nothing that was judged under the version before, once a publication has resolved', async () => {
        await store.publishPolicy(policy(1));
        const image = blob('large', 2_000_000);
        const appending = store.appendBatch(batch(1, { blobs: [image], judgedUnder: 1 }));
        await store.publishPolicy(policy(2));
        const stored = await store.blob(orgId('acme'), personId('ann'), imageId('large'));
        expect((await appending).kind).toBe(stored === null ? 'stale' : 'committed');
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('large'))).toEqual(stored);
      });

      it('commits one of many equal batches sent at the same time, and calls the others duplicates', async () => {
        const calls = Array.from({ length: 12 }, () => store.appendBatch(batch(1, { blobs: [blob('x')] })));
        const kinds = (await Promise.all(calls)).map((one) => one.kind);
        expect(kinds.filter((kind) => kind === 'committed')).toHaveLength(1);
        expect(kinds.filter((kind) => kind === 'duplicate')).toHaveLength(11);
        expect(await stored()).toEqual([segment('seq 1')]);
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('x'))).toEqual(blob('x'));
      });

      it('commits a run of batches sent without waiting, in their order', async () => {
        const seqs = Array.from({ length: 40 }, (_, at) => at + 1);
        const results = await Promise.all(seqs.map((seq) => store.appendBatch(batch(seq))));
        expect(results.every((one) => one.kind === 'committed')).toBe(true);
        expect(await stored()).toEqual(seqs.map((seq) => segment(`seq ${seq}`)));
      });

      it('keeps the order of calls for batches of one device, however large their images', async () => {
        const sizes = [400_000, 0, 90_000, 10, 0, 200_000, 1];
        const units = sizes.map((size, at) => batch(at + 1, { blobs: size === 0 ? [] : [blob(`${at}`, size)] }));
        const results = await Promise.all(units.map((unit) => store.appendBatch(unit)));
        expect(results.map((one) => one.kind)).toEqual(sizes.map(() => 'committed'));
      });

      it('refuses a segment or image that the person has, storing nothing of that batch and all of the others', async () => {
        await enrolIn(store, device('desk'));
        const onDesk = (seq: number, change: Partial<BatchUnit>) =>
          batch(seq, { device: deviceId('desk'), segments: [], ...change });
        await store.appendBatch(batch(1, { blobs: [blob('x')] }));
        const taken = { ...segment('seq 1'), device: deviceId('desk') };
        const fresh = { ...segment('fresh'), device: deviceId('desk') };
        const [good, bad] = await Promise.all([
          outcome(store.appendBatch(batch(2))),
          outcome(store.appendBatch(onDesk(1, { segments: [fresh, taken] }))),
        ]);
        expect([good, bad]).toEqual(['done', 'conflict']);
        await expectConflict(store.appendBatch(onDesk(1, { segments: [fresh], blobs: [blob('x')] })));
        expect(await stored()).toEqual([segment('seq 1'), segment('seq 2')]);
        expect(await store.device(deviceId('desk'))).toEqual(device('desk'));
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('x'))).toEqual(blob('x'));
        expect(await store.appendBatch(onDesk(1, { segments: [fresh] }))).toEqual({ kind: 'committed' });
      });

      it('refuses a batch with a record of another person or device', async () => {
        await expectConflict(store.appendBatch(batch(1, { segments: [{ ...segment('a'), person: personId('bob') }] })));
        await expectConflict(
          store.appendBatch(batch(1, { segments: [{ ...segment('a'), device: deviceId('desk') }] })),
        );
        await expectConflict(store.appendBatch(batch(1, { blobs: [{ ...blob('a'), org: orgId('other') }] })));
        expect(await laptop()).toEqual(device('laptop'));
      });

      it('reads of each device the segment that arrived last, of the days and the parameter asked for', async () => {
        await enrolIn(store, device('desk'));
        const onDesk = (name: string, day?: '2026-03-03') => ({
          ...segment(name, 'app', day),
          device: deviceId('desk'),
        });
        await store.appendBatch(batch(1, { segments: [segment('early'), segment('late')] }));
        await store.appendBatch(batch(1, { device: deviceId('desk'), segments: [onDesk('desk')] }));
        await store.appendBatch(
          batch(2, { segments: [segment('title', 'title'), segment('earlier day', 'app', '2026-03-01')] }),
        );
        await store.appendBatch(batch(2, { device: deviceId('desk'), segments: [onDesk('next day', '2026-03-03')] }));
        const newest = (from: string, to: string, parameter: 'app' | 'notes' = 'app') =>
          store.newestSegments(orgId('acme'), personId('ann'), parameter, from, to);
        expect(await newest('2026-03-02', '2026-03-02')).toEqual([segment('late'), onDesk('desk')]);
        expect(await newest('2026-03-01', '2026-03-03')).toEqual([
          segment('earlier day', 'app', '2026-03-01'),
          onDesk('next day', '2026-03-03'),
        ]);
        expect(await newest('2026-03-01', '2026-03-03', 'notes')).toEqual([]);
        expect(await store.newestSegments(orgId('acme'), personId('bob'), 'app', '2026-03-01', '2026-03-03')).toEqual(
          [],
        );
      });

      it('reads the segments of the days asked for, both ends included, in order of arrival', async () => {
        const days = ['2026-03-03', '2026-03-01', '2026-03-02', '2026-03-04', '2026-03-01'];
        for (const [at, day] of days.entries()) {
          await store.appendBatch(batch(at + 1, { segments: [segment(`${at}`, 'app', day)] }));
        }
        const read = await stored('app', '2026-03-01', '2026-03-03');
        expect(read.map((one) => one.segment)).toEqual(['0', '1', '2', '4'].map(segmentId));
        expect(await stored('title')).toEqual([]);
        expect(await store.segments(orgId('acme'), personId('bob'), 'app', '2026-03-01', '2026-03-03')).toEqual([]);
        expect(await store.segments(orgId('other'), personId('ann'), 'app', '2026-03-01', '2026-03-03')).toEqual([]);
      });

      it('reads the named segments of a day and parameter, in order of arrival, and none that is gone or elsewhere', async () => {
        const names = ['a', 'b', 'c', 'd'];
        for (const [at, name] of names.entries()) {
          await store.appendBatch(batch(at + 1, { segments: [segment(name)] }));
        }
        const elsewhere = [segment('title', 'title'), segment('next', 'app', '2026-03-03')];
        await store.appendBatch(batch(5, { segments: elsewhere }));
        const named = async (wanted: readonly string[], of = 'acme', who = 'ann') => {
          const ids = wanted.map(segmentId);
          return store.segmentsById(orgId(of), personId(who), 'app', '2026-03-02', ids);
        };
        expect(await named(['d', 'gone', 'b', 'title', 'next', 'a'])).toEqual(
          ['a', 'b', 'd'].map((one) => segment(one)),
        );
        await store.replaceSegments(segment('b and c'), ['b', 'c'].map(segmentId));
        expect(await named(['d', 'b and c', 'b', 'a'])).toEqual(['a', 'b and c', 'd'].map((one) => segment(one)));
        expect([await named([]), await named(['a'], 'other'), await named(['a'], 'acme', 'bob')]).toEqual([[], [], []]);
      });

      it('lists the segments of crowded days without their bytes, in order of arrival, and no screenshots', async () => {
        const names = ['a', 'b', 'c'];
        await store.appendBatch(batch(1, { segments: names.map((name) => segment(name)) }));
        await store.appendBatch(batch(2, { segments: names.map((name) => segment(`${name} pic`, 'screenshot')) }));
        await store.appendBatch(batch(3, { segments: [segment('t', 'title'), segment('u', 'title')] }));
        await store.appendBatch(batch(4, { segments: [segment('next', 'app', '2026-03-03')] }));
        const crowded = async (least: number, from = '2026-03-01', to = '2026-03-31', who = 'ann') =>
          (await store.crowdedSegments(orgId('acme'), personId(who), from, to, least)).map((one) => one.segment);
        expect(await crowded(1)).toEqual(['a', 'b', 'c', 't', 'u', 'next'].map(segmentId));
        expect(await crowded(2)).toEqual(['a', 'b', 'c', 't', 'u'].map(segmentId));
        expect(await crowded(3)).toEqual(names.map(segmentId));
        expect([
          await crowded(4),
          await crowded(1, '2026-03-04'),
          await crowded(1, '2026-03-01', '2026-03-01'),
        ]).toEqual([[], [], []]);
        expect(await crowded(1, '2026-03-01', '2026-03-31', 'bob')).toEqual([]);
        const { sealed, ...head } = segment('t', 'title');
        const heads = await store.crowdedSegments(orgId('acme'), personId('ann'), '2026-03-02', '2026-03-02', 2);
        expect(heads[3]).toEqual({ ...head, bytes: sealed.length });
      });

      it('puts one segment in the place that the last of several had, and leaves the others where they are', async () => {
        for (const [at, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
          await store.appendBatch(batch(at + 1, { segments: [segment(name)] }));
        }
        const merged = segment('b and d');
        expect(await store.replaceSegments(merged, [segmentId('d'), segmentId('b')])).toBe('replaced');
        expect(await stored()).toEqual([segment('a'), segment('c'), merged, segment('e')]);
        const all = ['e', 'b and d', 'a', 'c'].map(segmentId);
        expect(await store.replaceSegments(segment('all'), all)).toBe('replaced');
        await store.appendBatch(batch(6, { segments: [segment('f')] }));
        expect(await stored()).toEqual([segment('all'), segment('f')]);
        const newest = await store.newestSegments(orgId('acme'), personId('ann'), 'app', '2026-03-02', '2026-03-02');
        expect(newest).toEqual([segment('f')]);
      });

      it('replaces nothing when one of them is not there, is named twice, or is of another kind than the new one', async () => {
        await enrolIn(store, device('desk'));
        const others: SegmentRecord[] = [
          { ...segment('device'), device: deviceId('desk') },
          { ...segment('epoch'), epoch: 2_931 },
          { ...segment('policy'), policyVersion: 2 },
          { ...segment('terms'), termsVersion: 2 },
          { ...segment('expires'), expires: '2026-05-02' },
          segment('parameter', 'title'),
          segment('day', 'app', '2026-03-03'),
        ];
        const [onDesk, ...onLaptop] = others;
        if (onDesk === undefined) throw new Error('there is one');
        await store.appendBatch(batch(1, { segments: [segment('a'), segment('b'), ...onLaptop] }));
        await store.appendBatch(batch(1, { device: deviceId('desk'), segments: [onDesk] }));
        const before = await stored();
        const merged = segment('merged');
        for (const other of others) {
          expect(await store.replaceSegments(merged, [segmentId('a'), other.segment])).toBe('changed');
        }
        for (const of of [[], [segmentId('a'), segmentId('a')], [segmentId('a'), segmentId('gone')]]) {
          expect(await store.replaceSegments(merged, of)).toBe('changed');
        }
        const both = [segmentId('a'), segmentId('b')];
        expect(await store.replaceSegments({ ...merged, org: orgId('other') }, both)).toBe('changed');
        expect(await store.replaceSegments({ ...merged, person: personId('bob') }, both)).toBe('changed');
        expect(await stored()).toEqual(before);
      });

      it('puts nothing in the place of segments of somebody whose account was closed: they stay as they are', async () => {
        await store.appendBatch(batch(1, { segments: [segment('a'), segment('b')] }));
        await store.closeAccount(orgId('acme'), personId('ann'));
        const before = await stored();
        expect(await store.replaceSegments(segment('both'), [segmentId('a'), segmentId('b')])).toBe('changed');
        expect([before.length, await stored()]).toEqual([2, before]);
      });

      it('replaces nothing by an id that is taken, and never a screenshot', async () => {
        const names = ['a', 'b', 'c'];
        await store.appendBatch(batch(1, { segments: names.map((name) => segment(name)) }));
        await store.appendBatch(batch(2, { segments: names.map((name) => segment(name, 'screenshot')) }));
        const both = [segmentId('a'), segmentId('b')];
        await expectConflict(store.replaceSegments(segment('c'), both));
        await expectConflict(store.replaceSegments(segment('merged', 'screenshot'), both));
        expect(await stored()).toEqual(names.map((name) => segment(name)));
        expect(await stored('screenshot')).toHaveLength(3);
      });

      it('lets one of two that would replace the same segment do it', async () => {
        for (const [at, name] of ['a', 'b', 'c'].entries()) {
          await store.appendBatch(batch(at + 1, { segments: [segment(name)] }));
        }
        const [a, b, c] = ['a', 'b', 'c'].map(segmentId) as [SegmentId, SegmentId, SegmentId];
        const results = await Promise.all([
          store.replaceSegments(segment('ab'), [a, b]),
          store.replaceSegments(segment('bc'), [b, c]),
        ]);
        expect([...results].sort()).toEqual(['changed', 'replaced']);
        expect(await stored()).toHaveLength(2);
      });

      it('knows a batch by its seq also when its segments have been replaced', async () => {
        await store.appendBatch(batch(1));
        await store.appendBatch(batch(2));
        await store.replaceSegments(segment('merged'), [segmentId('seq 1'), segmentId('seq 2')]);
        expect(await store.appendBatch(batch(1))).toEqual({ kind: 'duplicate' });
        expect(await store.appendBatch(batch(2))).toEqual({ kind: 'duplicate' });
        expect(await stored()).toEqual([segment('merged')]);
      });

      it('sums what was discarded and dropped, by parameter and reason', async () => {
        const malformed = { parameter: 'unknown', reason: 'malformed', count: 2 } as const;
        const off = { parameter: 'title', reason: 'off_at_capture', count: 3 } as const;
        const evicted = { parameter: 'screenshot', cause: 'evicted', count: 4 } as const;
        const purged = { parameter: 'screenshot', cause: 'purged_by_policy', count: 1 } as const;
        await Promise.all([
          store.appendBatch(batch(1, { discarded: [malformed, off, off], dropped: [evicted] })),
          store.appendBatch(batch(2, { discarded: [malformed], dropped: [evicted, purged] })),
        ]);
        const discards = await store.discards(orgId('acme'), deviceId('laptop'));
        expect(new Set(discards)).toEqual(
          new Set([
            { ...malformed, count: 4 },
            { ...off, count: 6 },
          ]),
        );
        const drops = await store.drops(orgId('acme'), deviceId('laptop'));
        expect(new Set(drops)).toEqual(new Set([{ ...evicted, count: 8 }, purged]));
        expect(await store.discards(orgId('other'), deviceId('laptop'))).toEqual([]);
        expect(await store.drops(orgId('other'), deviceId('laptop'))).toEqual([]);
      });

      it("finds an image only under its own person's name", async () => {
        await store.appendBatch(batch(1, { blobs: [blob('x')] }));
        expect(await store.blob(orgId('acme'), personId('bob'), imageId('x'))).toBeNull();
        expect(await store.blob(orgId('other'), personId('ann'), imageId('x'))).toBeNull();
        expect(await store.blob(orgId('acme'), personId('ann'), imageId('y'))).toBeNull();
      });
    });

    describe('audit', () => {
      it('returns accesses newest first, at most so many, older than a time', async () => {
        const given = [access(NINE + 1), access(NINE + 3, { refused: true }), access(NINE + 2, { day: null })];
        await Promise.all(given.map((one) => store.recordAccess(one)));
        await store.recordAccess(access(NINE + 9, { subject: personId('bob'), parameters: [] }));
        const all = given.map(once);
        const read = async (limit: number, before?: number) =>
          unnumbered(await store.accesses(orgId('acme'), personId('ann'), limit, before));
        expect(await read(10)).toEqual([all[1], all[2], all[0]]);
        expect(await read(2)).toEqual([all[1], all[2]]);
        expect(await read(10, NINE + 3)).toEqual([all[2], all[0]]);
        expect(await store.accesses(orgId('other'), personId('ann'), 10)).toEqual([]);
        const [bob] = unnumbered(await store.accesses(orgId('acme'), personId('bob'), 1));
        expect(bob).toEqual(once(access(NINE + 9, { subject: personId('bob'), parameters: [] })));
      });

      it('puts the later of two accesses in the same millisecond first', async () => {
        await store.recordAccess(access(NINE, { purpose: 'first' }));
        await store.recordAccess(access(NINE, { purpose: 'second' }));
        const read = await store.accesses(orgId('acme'), personId('ann'), 10);
        expect(read.map((one) => one.purpose)).toEqual(['second', 'first']);
      });

      it('counts refusals of one reader in one hour, and keeps every other look by itself', async () => {
        const HOUR = 3_600_000;
        const start = NINE - (NINE % HOUR);
        const refused = (at: number, change: Parameters<typeof access>[1] = {}) =>
          access(start + at, { refused: true, parameters: ['app'], ...change });
        for (let at = 1; at <= 300; at += 1) await store.recordAccess(refused(at));
        await store.recordAccess(refused(400, { parameters: ['title'], day: '2026-03-03' }));
        await store.recordAccess(refused(0));
        const others = [
          refused(501, { actor: personId('bob') }),
          refused(502, { actorRole: 'employee' }),
          refused(503, { action: 'week' }),
          refused(504, { purpose: 'support' }),
          access(start + 505),
          access(start + 505),
          refused(HOUR),
        ];
        for (const one of others) await store.recordAccess(one);
        await store.recordAccess(refused(506, { subject: personId('bob') }));
        await store.recordAccess(refused(507, { org: orgId('other') }));
        expect(unnumbered(await store.accesses(orgId('acme'), personId('ann'), 100))).toEqual([
          ...others.map(once).toReversed(),
          { ...refused(0), day: null, parameters: ['app', 'title'], count: 302, lastAt: start + 400 },
        ]);
      });

      it('returns security events newest first, at most so many', async () => {
        const event = (at: number, name: string | null = null) => ({
          org: orgId('acme'),
          at: NINE + at,
          kind: 'failed_sign_in' as const,
          person: name === null ? null : personId(name),
          detail: `wrong password ${at}`,
        });
        for (const one of [event(1), event(3, 'ann'), event(2)]) await store.recordSecurityEvent(one);
        expect(unnumbered(await store.securityEvents(orgId('acme'), 2))).toEqual([
          { ...event(3, 'ann'), count: 1 },
          { ...event(2), count: 1 },
        ]);
        expect(await store.securityEvents(orgId('other'), 2)).toEqual([]);
      });

      it('leaves kinds of security events out, and fills the page with the others', async () => {
        const event = (at: number, kind: SecurityEventKind) => ({
          ...{ org: orgId('acme'), at: NINE + at, kind, person: personId('ann'), detail: 'what happened' },
        });
        for (const one of [
          event(1, 'invited'),
          event(2, 'refused_read'),
          event(3, 'zone_chosen'),
          event(4, 'refused_read'),
        ])
          await store.recordSecurityEvent(one);
        const kinds = async (limit: number, ...rest: [number?, string[]?]) =>
          (await store.securityEvents(orgId('acme'), limit, ...rest)).map(({ kind }) => kind);
        expect(await kinds(2, undefined, ['refused_read'])).toEqual(['zone_chosen', 'invited']);
        expect(await kinds(2, NINE + 3, ['refused_read', 'zone_chosen'])).toEqual(['invited']);
        expect(await kinds(2)).toEqual(['zone_chosen', 'refused_read']);
      });

      it('finds the alarms among all that is on record, the last recorded first', async () => {
        const event = (at: number, kind: SecurityEventKind, org = orgId('acme')) => ({
          ...{ org, at: NINE + at, kind, person: personId('ann'), detail: 'what happened' },
        });
        const mine = [event(1, 'alarm_refusals'), event(2, 'acknowledged_alarm'), event(3, 'alarm_mass_read')];
        for (const one of [...mine, event(4, 'alarm_refusals', orgId('other'))]) await store.recordSecurityEvent(one);
        const found = await store.alarms(orgId('acme'));
        expect(found.map(({ seq, kind }) => [seq, kind])).toEqual([
          [2, 'alarm_mass_read'],
          [0, 'alarm_refusals'],
        ]);
      });

      it('counts a security event that repeats within the minute, and keeps any other beside it', async () => {
        const MINUTE = 60_000;
        const start = NINE - (NINE % MINUTE);
        const event = (at: number, name: string, detail = 'refused') => ({
          org: orgId('acme'),
          at: start + at,
          kind: 'refused_read' as const,
          person: personId(name),
          detail,
        });
        for (let at = 0; at < 300; at += 1) await store.recordSecurityEvent(event(at, 'ann'));
        await store.recordSecurityEvent(event(300, 'bob'));
        await store.recordSecurityEvent(event(301, 'ann', 'another'));
        await store.recordSecurityEvent({ ...event(302, 'ann'), org: orgId('other') });
        await store.recordSecurityEvent(event(MINUTE, 'ann'));
        expect(unnumbered(await store.securityEvents(orgId('acme'), 10))).toEqual([
          { ...event(MINUTE, 'ann'), count: 1 },
          { ...event(301, 'ann', 'another'), count: 1 },
          { ...event(300, 'bob'), count: 1 },
          { ...event(0, 'ann'), count: 300 },
        ]);
      });

      it('loses nothing between pages, however many share a millisecond', async () => {
        for (let n = 0; n < 7; n += 1) {
          await store.recordAccess(access(NINE + Math.floor(n / 3), { purpose: `p${n}` }));
          const detail = `sentence ${n}`;
          const event = {
            org: orgId('acme'),
            at: NINE + Math.floor(n / 3),
            kind: 'refused_read' as const,
            person: null,
            detail,
          };
          await store.recordSecurityEvent(event);
        }
        const all = <T extends { at: number }>(read: (before?: number) => Promise<readonly T[]>) => {
          const walk = async (before?: number): Promise<T[]> => {
            const page = await read(before);
            const last = page.at(-1);
            return last === undefined ? [] : [...page, ...(await walk(last.at))];
          };
          return walk();
        };
        const accesses = await all((before) => store.accesses(orgId('acme'), personId('ann'), 2, before));
        expect(accesses.map(({ purpose }) => purpose)).toEqual(['p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
        const events = await all((before) => store.securityEvents(orgId('acme'), 2, before));
        expect(events.map(({ detail }) => detail.at(-1))).toEqual(['6', '5', '4', '3', '2', '1', '0']);
      });
    });

    auditTreeContract(() => store);

    it('finds everything again after it was closed and opened', async () => {
      if (under.reopen === null) return expectClosedAfterClose(store);
      await store.createOrganisation(org('acme'));
      await store.createPerson(person('ann'));
      await store.createToken(token('t'));
      await store.createSession(webSession('s'), 9);
      await enrolIn(store, device('laptop'));
      await store.publishPolicy(policy(1));
      await store.appendBatch(batch(1, { blobs: [blob('x')] }));
      await store.recordAccess(access(NINE));
      const again = await under.reopen();
      expect(await again.organisations()).toEqual([org('acme')]);
      expect(await again.people(orgId('acme'))).toEqual([person('ann')]);
      expect(await again.redeemToken('invitation', token('t').tokenHash, NINE, {})).toEqual(person('ann'));
      expect(await again.session(webSession('s').id, NINE)).toEqual(webSession('s'));
      expect(await again.policies(orgId('acme'))).toEqual([policy(1)]);
      expect(await again.segments(orgId('acme'), personId('ann'), 'app', '2026-03-02', '2026-03-02')).toEqual([
        segment('seq 1'),
      ]);
      expect(await again.blob(orgId('acme'), personId('ann'), imageId('x'))).toEqual(blob('x'));
      expect(unnumbered(await again.accesses(orgId('acme'), personId('ann'), 1))).toEqual([once(access(NINE))]);
      expect(await again.appendBatch(batch(1))).toEqual({ kind: 'duplicate' });
      expect(await again.appendBatch(batch(2))).toEqual({ kind: 'committed' });
    });

    it('says what is stored of each parameter, of everybody together, in the order of the catalogue', async () => {
      const [acme, other] = [orgId('acme'), orgId('other')];
      const theirs = { person: personId('bob'), device: deviceId('other') };
      await enrolIn(store, device('laptop'));
      await enrolIn(store, device('other', { person: theirs.person }));
      await store.appendBatch(batch(1, { segments: [segment('a', 'title'), segment('b', 'title'), segment('c')] }));
      const later = { ...segment('d', 'title', '2026-03-04'), expires: '2026-06-01' };
      await store.appendBatch(batch(2, { segments: [later, segment('z', 'device')] }));
      await store.appendBatch(batch(1, { ...theirs, segments: [{ ...segment('e', 'title'), ...theirs }] }));
      const one = { people: 1, days: 1, from: '2026-03-02', to: '2026-03-02' };
      expect(await store.stored(acme)).toEqual([
        { ...one, parameter: 'app' },
        { ...one, parameter: 'title', people: 2, days: 3, to: '2026-03-04' },
        { ...one, parameter: 'device' },
      ]);
      expect(await store.stored(other)).toEqual([]);
      const age = { day: '2026-03-02', termsVersion: 1, expires: '2026-05-01', people: 1, segments: 1, images: 0 };
      expect(await store.ages(acme)).toEqual([
        { ...age, parameter: 'app' },
        { ...age, parameter: 'title', people: 2, segments: 3 },
        { ...age, parameter: 'device' },
        { ...age, parameter: 'title', day: '2026-03-04', expires: '2026-06-01' },
      ]);
      expect([await store.ages(other), await store.holders(other)]).toEqual([[], []]);
      expect((await store.holders(acme)).toSorted()).toEqual([personId('ann'), theirs.person].toSorted());
    });

    describe('what is past its day', () => {
      const [acme, ann] = [orgId('acme'), personId('ann')];
      const nothing = { today: '2026-05-01', parameters: [] };
      const limited = (parameter: ParameterId, termsVersion: number, before: string) => ({
        ...nothing,
        parameters: [{ parameter, limits: [{ termsVersion, before }] }],
      });
      beforeEach(async () => {
        await enrolIn(store, device('laptop'));
        const late = { ...segment('late', 'title'), expires: '2026-06-01' };
        await store.appendBatch(batch(1, { segments: [segment('a', 'title'), segment('b', 'title'), late] }));
        const shot = { ...segment('shot', 'screenshot'), expires: '2026-06-01' };
        const pictures = [blob('x'), { ...blob('y'), expires: '2026-06-01' }];
        await store.appendBatch(batch(2, { segments: [shot], blobs: pictures }));
      });
      const left = async () =>
        (await store.ages(acme)).map(({ parameter, expires, segments, images }) =>
          [parameter, expires, segments, images].join(' '),
        );

      it('goes once its last day has passed, with its files, and nothing else goes', async () => {
        expect(await store.expire(acme, ann, { ...nothing, today: '2026-03-16' }, 10)).toEqual([]);
        expect(await store.expire(acme, ann, nothing, 10)).toEqual([
          { parameter: 'screenshot', segments: 0, images: 1 },
        ]);
        expect(await store.blob(acme, ann, imageId('x'))).toBe(null);
        expect(await store.expire(acme, ann, { ...nothing, today: '2026-05-02' }, 10)).toEqual([
          { parameter: 'title', segments: 2, images: 0 },
        ]);
        expect(await left()).toEqual(['title 2026-06-01 1 0', 'screenshot 2026-06-01 1 1']);
        expect(await store.expire(acme, ann, { ...nothing, today: '2026-05-02' }, 10)).toEqual([]);
        expect((await store.blob(acme, ann, imageId('y')))?.image).toBe(imageId('y'));
      });

      it('goes earlier where what was stored under these terms or earlier ones may be kept less long', async () => {
        const past = { ...nothing, today: '2026-03-10' };
        for (const none of [
          limited('title', 0, '2026-03-03'),
          limited('title', 1, '2026-03-02'),
          limited('app', 9, '2026-03-09'),
        ])
          expect(await store.expire(acme, ann, { ...none, today: past.today }, 10)).toEqual([]);
        expect(await store.expire(acme, ann, { ...limited('title', 1, '2026-03-03'), today: past.today }, 10)).toEqual([
          { parameter: 'title', segments: 3, images: 0 },
        ]);
        expect(
          await store.expire(acme, ann, { ...limited('screenshot', 1, '2026-03-03'), today: past.today }, 10),
        ).toEqual([{ parameter: 'screenshot', segments: 1, images: 2 }]);
        expect(await left()).toEqual([]);
      });

      it('goes no more at once than was asked for, and of nobody else', async () => {
        const all = { ...nothing, today: '2026-07-01' };
        expect(await store.expire(acme, personId('bob'), all, 10)).toEqual([]);
        expect(await store.expire(orgId('other'), ann, all, 10)).toEqual([]);
        const rounds: number[] = [];
        for (;;) {
          const gone = await store.expire(acme, ann, all, 1);
          if (gone.length === 0) break;
          rounds.push(gone.reduce((sum, one) => sum + one.segments, 0));
        }
        expect([rounds.reduce((sum, one) => sum + one, 0), Math.max(...rounds), await left()]).toEqual([4, 1, []]);
      });

      it('stays where it is held: of these parameters and days nothing goes', async () => {
        const kept = ['title', 'screenshot'] as const;
        const except = kept.map((parameter) => ({ parameter, from: '2026-03-02', to: '2026-03-02' }));
        const all = { ...nothing, today: '2026-07-01' };
        expect(await store.expire(acme, ann, { ...all, except }, 10)).toEqual([]);
        const others = except.map((one) => ({ ...one, from: '2026-03-03', to: '2026-03-09' }));
        expect(await store.expire(acme, ann, { ...all, except: others.slice(0, 1) }, 10)).toHaveLength(2);
      });

      it('are tokens too, at the very instant', async () => {
        const token = { kind: 'enrolment' as const, org: acme, person: ann, expiresAt: NINE };
        await store.createToken({ ...token, tokenHash: 'a'.repeat(64) });
        await store.createToken({ ...token, tokenHash: 'b'.repeat(64), expiresAt: NINE + 1 });
        expect(await store.expireTokens(orgId('other'), NINE + 9)).toBe(0);
        expect(await store.expireTokens(acme, NINE)).toBe(1);
        expect((await store.tokens(acme, 'enrolment', NINE - 1)).length).toBe(1);
      });
    });

    describe('of one person', () => {
      const [acme, ann] = [orgId('acme'), personId('ann')];

      it('lists what is held by day, parameter and end, with its bytes and images, of that person alone', async () => {
        await enrolIn(store, device('laptop'));
        await enrolIn(store, device('other', { person: personId('bob') }));
        const late = { ...segment('late', 'title'), expires: '2026-06-01' };
        const shot = { ...segment('shot', 'screenshot', '2026-03-01'), expires: '2026-03-16' };
        await store.appendBatch(batch(1, { segments: [segment('a', 'title'), segment('b', 'title'), late] }));
        await store.appendBatch(batch(2, { segments: [shot, segment('c')], blobs: [blob('x'), blob('y')] }));
        const theirs = { person: personId('bob'), device: deviceId('other') };
        await store.appendBatch(batch(1, { ...theirs, segments: [{ ...segment('d'), ...theirs }] }));
        const of = (parameter: string, day: string, expires: string, segments: number, images = 0) => ({
          ...{
            parameter,
            day,
            termsVersion: 1,
            expires,
            segments,
            bytes: segments * segment('a').sealed.length,
            images,
          },
        });
        expect(await store.held(acme, ann)).toEqual(
          [
            of('screenshot', '2026-03-01', '2026-03-16', 1),
            of('app', '2026-03-02', '2026-05-01', 1),
            of('title', '2026-03-02', '2026-05-01', 2),
            of('title', '2026-03-02', '2026-06-01', 1),
            of('screenshot', '2026-03-02', '2026-03-16', 0, 2),
          ].toSorted((a, b) => order(a) - order(b)),
        );
        const heads = [blob('x'), blob('y')].map(({ sealed: _sealed, ...head }) => head);
        expect(await store.images(acme, ann, '2026-03-02')).toEqual(heads);
        expect(await store.images(acme, ann, '2026-03-01')).toEqual([]);
        expect(await store.held(orgId('other'), ann)).toEqual([]);
        function order({ day, parameter, expires }: { day: string; parameter: string; expires: string }): number {
          const places = ['2026-03-01', '2026-03-02'].indexOf(day) * 100;
          return places + parameterIds.indexOf(ParameterId.parse(parameter)) * 2 + (expires === '2026-06-01' ? 1 : 0);
        }
      });

      it('lists the looks of one reader at anybody, newest first, in pages', async () => {
        const looks = [1, 2, 2, 3].map((after) => access(NINE + after, { subject: personId(`of ${after}`) }));
        for (const look of looks) await store.recordAccess(look);
        await store.recordAccess(access(NINE + 4, { actor: ann }));
        await store.recordAccess(access(NINE + 5, { org: orgId('other') }));
        const [first = access(0), second = access(0), third = access(0), fourth = access(0)] = looks;
        expect(unnumbered(await store.accessesBy(acme, personId('max'), 2))).toEqual([fourth, third, second].map(once));
        expect(unnumbered(await store.accessesBy(acme, personId('max'), 2, NINE + 2))).toEqual([once(first)]);
        expect(await store.accessesBy(acme, personId('nobody'), 2)).toEqual([]);
      });

      it('lists what is on record of one person, newest first, in pages', async () => {
        const event = (after: number, change: object = {}) => ({
          ...{
            org: acme,
            at: NINE + after * 60_000,
            kind: 'password_changed' as const,
            person: ann,
            detail: 'it was changed',
          },
          ...change,
        });
        const others = [
          event(3, { person: personId('bob') }),
          event(4, { person: null }),
          event(5, { org: orgId('z') }),
        ];
        for (const one of [event(1), event(2), ...others]) await store.recordSecurityEvent(one);
        expect(unnumbered(await store.securityEventsOf(acme, ann, 9))).toEqual(
          [event(2), event(1)].map((one) => ({ ...one, count: 1 })),
        );
        expect(unnumbered(await store.securityEventsOf(acme, ann, 1))).toEqual([{ ...event(2), count: 1 }]);
        expect(unnumbered(await store.securityEventsOf(acme, ann, 1, NINE + 2 * 60_000))).toEqual([
          { ...event(1), count: 1 },
        ]);
      });

      it('a snapshot stands still while the store goes on, and ends when it is closed', async () => {
        await store.createPerson(person('ann'));
        await enrolIn(store, device('laptop'));
        await store.appendBatch(batch(1, { segments: [segment('a')], blobs: [blob('x')] }));
        const before = await store.snapshot();
        await store.appendBatch(batch(2, { segments: [segment('b')], blobs: [blob('y')] }));
        await store.replaceSegments(segment('both'), [segmentId('a'), segmentId('b')]);
        await store.recordAccess(access(NINE));
        await store.changePerson(acme, ann, { role: 'manager' });
        const [from, to] = ['2026-03-02', '2026-03-02'];
        expect(await before.segments(acme, ann, 'app', from, to)).toEqual([segment('a')]);
        expect((await before.held(acme, ann)).map(({ segments, images }) => [segments, images])).toEqual([
          [1, 0],
          [0, 1],
        ]);
        expect(await before.blob(acme, ann, imageId('x'))).toEqual(blob('x'));
        expect(await before.blob(acme, ann, imageId('y'))).toBeNull();
        expect(await before.accesses(acme, ann, 9)).toEqual([]);
        expect((await before.person(acme, ann))?.role).toBe('employee');
        expect((await before.devices(acme, [ann]))[0]?.committedSeq).toBe(1);
        const after = await store.snapshot();
        expect(await after.segments(acme, ann, 'app', from, to)).toEqual([segment('both')]);
        await before.close();
        await before.close();
        expect(await outcome(before.held(acme, ann))).toBe('closed');
        expect(await store.segments(acme, ann, 'app', from, to)).toEqual([segment('both')]);
        await store.close();
        expect(await outcome(after.held(acme, ann))).toBe('closed');
        await after.close();
        expect(await outcome(store.snapshot())).toBe('closed');
      });
    });

    describe('erasing a part', () => {
      beforeEach(() => enrolIn(store, device('laptop')));
      const acme = orgId('acme');
      const ann = personId('ann');
      const LATER = 1_000_000 + 2_930;
      const shot = (name: string) => segment(name, 'screenshot');
      const resealed = (name: string, parameter: 'app' | 'screenshot' = 'app'): SegmentRecord => ({
        ...segment(name, parameter),
        epoch: LATER,
        sealed: sealedText(`again ${name}`),
      });
      const picture = (name: string, of: string) => ({ ...blob(name), segment: segmentId(of) });
      const again = (name: string, of: string) => ({
        ...picture(name, of),
        epoch: LATER,
        sealed: sealedText(`again ${name}`, 700),
      });
      const stored = (parameter: 'app' | 'title' | 'screenshot' = 'app') =>
        store.segments(acme, ann, parameter, '2026-01-01', '2026-12-31');
      const epochs = (parameter: 'app' | 'screenshot' = 'app') =>
        store.storedEpochs(acme, ann, parameter, '2026-03-01', '2026-03-03');

      it('numbers the erasures of each person without gaps, and keeps all of an order or none', async () => {
        const bobs = erasure(1, { person: personId('bob') });
        await store.putErasures([erasure(1), bobs]);
        expect(await outcome(store.putErasures([{ ...bobs, number: 2 }, erasure(3)]))).toBe('conflict');
        expect(await outcome(store.putErasures([erasure(1)]))).toBe('conflict');
        await store.putErasures([erasure(2), erasure(3)]);
        expect(await store.erasures(acme, ann)).toEqual([erasure(1), erasure(2), erasure(3)]);
        expect(await store.erasures(acme, personId('bob'))).toEqual([bobs]);
        expect(new Set(await store.erasures(acme))).toEqual(new Set([erasure(1), erasure(2), erasure(3), bobs]));
        expect(await store.erasures(orgId('other'))).toEqual([]);
      });

      it('moves one on, and no other, also after it is opened again', async () => {
        await store.putErasures([erasure(1), erasure(2)]);
        await store.advanceErasure(erasure(2), 'purged', NINE + 9);
        const now = [erasure(1), erasure(2, { state: 'purged', changedAt: NINE + 9 })];
        expect(await store.erasures(acme, ann)).toEqual(now);
        if (under.reopen !== null) expect(await (await under.reopen()).erasures(acme, ann)).toEqual(now);
      });

      it('says under which terms how much is stored of a parameter, by person', async () => {
        const elsewhere = { ...segment('d', 'app', '2026-03-03'), termsVersion: 2 };
        await store.appendBatch(
          batch(1, {
            segments: [segment('a'), segment('b', 'app', '2026-03-03'), segment('c'), elsewhere, shot('s')],
            blobs: [picture('x', 's'), picture('y', 's')],
          }),
        );
        expect(new Set(await store.storedUnder(acme, 'app'))).toEqual(
          new Set([
            { person: ann, termsVersion: 1, days: 2, segments: 3, images: 0 },
            { person: ann, termsVersion: 2, days: 1, segments: 1, images: 0 },
          ]),
        );
        expect(await store.storedUnder(acme, 'screenshot')).toEqual([
          { person: ann, termsVersion: 1, days: 1, segments: 1, images: 2 },
        ]);
        expect(await store.storedUnder(orgId('other'), 'app')).toEqual([]);
      });

      it('puts a segment under another epoch, at its place, once', async () => {
        await store.appendBatch(batch(1, { segments: [segment('a'), segment('b'), segment('c')] }));
        expect(await epochs()).toEqual([2_930]);
        expect(await store.resealSegment(resealed('b'), 2_930, [])).toBe('resealed');
        expect(await stored()).toEqual([segment('a'), resealed('b'), segment('c')]);
        expect(await epochs()).toEqual([2_930, LATER]);
        expect(await store.resealSegment(resealed('b'), 2_930, [])).toBe('changed');
        expect(await store.resealSegment({ ...resealed('a'), expires: '2027-01-01' }, 2_930, [])).toBe('changed');
        expect(await store.resealSegment(resealed('unknown'), 2_930, [])).toBe('changed');
        expect(await stored()).toEqual([segment('a'), resealed('b'), segment('c')]);
      });

      it('does not put a segment back that was merged meanwhile, nor lets one be merged that was put under another epoch', async () => {
        await store.appendBatch(batch(1, { segments: [segment('a'), segment('b'), segment('c')] }));
        expect(await store.replaceSegments(segment('ab'), [segmentId('a'), segmentId('b')])).toBe('replaced');
        expect(await store.resealSegment(resealed('a'), 2_930, [])).toBe('changed');
        await store.resealSegment(resealed('c'), 2_930, []);
        expect(await store.replaceSegments(segment('abc'), [segmentId('ab'), segmentId('c')])).toBe('changed');
        expect(await stored()).toEqual([segment('ab'), resealed('c')]);
      });

      it('puts the images of a segment under the epoch with it, and lets the others go', async () => {
        const blobs = [picture('x', 's'), picture('y', 's'), picture('z', 't')];
        await store.appendBatch(batch(1, { segments: [shot('s'), shot('t')], blobs }));
        expect(await store.resealSegment(resealed('s', 'screenshot'), 2_930, [again('y', 's')])).toBe('resealed');
        expect(await store.blob(acme, ann, imageId('x'))).toBeNull();
        expect(await store.blob(acme, ann, imageId('y'))).toEqual(again('y', 's'));
        expect(await store.blob(acme, ann, imageId('z'))).toEqual(picture('z', 't'));
        expect(await epochs('screenshot')).toEqual([2_930, LATER]);
      });

      it('changes nothing when an image is of another segment or not stored', async () => {
        await store.appendBatch(batch(1, { segments: [shot('s')], blobs: [picture('x', 's')] }));
        const reseal = (name: string, of: string) =>
          outcome(store.resealSegment(resealed('s', 'screenshot'), 2_930, [again(name, of)]));
        expect([await reseal('x', 't'), await reseal('unknown', 's')]).toEqual(['conflict', 'conflict']);
        expect(await stored('screenshot')).toEqual([shot('s')]);
        expect(await store.blob(acme, ann, imageId('x'))).toEqual(picture('x', 's'));
      });

      it('purges the epochs that are named, of the days and the parameter, and nothing else', async () => {
        const segments = [
          ...[segment('a'), segment('b', 'app', '2026-03-03'), segment('late', 'app', '2026-03-04')],
          ...[segment('t', 'title'), resealed('kept'), shot('s'), resealed('u', 'screenshot')],
        ];
        await store.appendBatch(batch(1, { segments, blobs: [picture('x', 's'), again('y', 'u')] }));
        const purge = (parameter: 'app' | 'screenshot') =>
          store.purgeEpochs(acme, ann, parameter, '2026-03-01', '2026-03-03', [2_930, 7]);
        expect([await purge('app'), await purge('app')]).toEqual([2, 0]);
        expect(await stored('app')).toEqual([segment('late', 'app', '2026-03-04'), resealed('kept')]);
        expect(await stored('title')).toEqual([segment('t', 'title')]);
        expect(await stored('screenshot')).toEqual([shot('s'), resealed('u', 'screenshot')]);
        expect(await purge('screenshot')).toBe(2);
        expect(await store.images(acme, ann, '2026-03-02')).toMatchObject([{ image: imageId('y') }]);
        expect(await store.blob(acme, ann, imageId('y'))).toEqual(again('y', 'u'));
      });

      it('replaces the session state of a device only while it is what it was', async () => {
        await store.appendBatch(batch(1, { sessionState: sealedText('one') }));
        const replace = (was: string, next: string) =>
          store.replaceSessionState(acme, deviceId('laptop'), sealedText(was), sealedText(next));
        expect([await replace('other', 'two'), await replace('one', 'two'), await replace('one', 'three')]).toEqual([
          false,
          true,
          false,
        ]);
        expect((await store.device(deviceId('laptop')))?.sessionState).toEqual(sealedText('two'));
      });

      it('empties its log', async () => {
        await store.putErasures([erasure(1)]);
        expect(await store.scrub()).toBe(true);
        expect(await store.erasures(acme, ann)).toEqual([erasure(1)]);
      });
    });

    describe('imports', () => {
      const [acme, ann] = [orgId('acme'), personId('ann')];
      const { import: a } = importRecord('a');

      it('are there with their last step, and so are their pieces; until then nobody reads one', async () => {
        await store.putImportPieces([importPiece('a', 0), importPiece('a', 1)]);
        expect(await store.imports(acme, ann)).toEqual([]);
        expect(await store.importPiece(acme, ann, a, 0)).toBeNull();
        expect(await store.strayImports(acme)).toEqual([ann]);
        await store.putImport(importRecord('a'), null);
        expect(await store.imports(acme, ann)).toEqual([importRecord('a')]);
        expect(await store.importPiece(acme, ann, a, 1)).toEqual(importPiece('a', 1));
        expect(await store.importPiece(acme, ann, a, 2)).toBeNull();
        expect(await store.importPiece(acme, personId('bob'), a, 0)).toBeNull();
        expect(await store.strayImports(acme)).toEqual([]);
        await expectConflict(store.putImport(importRecord('a', { epoch: 2 }), null));
        await expectConflict(store.putImportPieces([importPiece('a', 2)]));
      });

      it('take the place of another in one step, whose pieces nobody reads any more and can be purged', async () => {
        await store.putImportPieces([importPiece('a', 0), importPiece('b', 0)]);
        await store.putImport(importRecord('a'), null);
        await store.putImport(importRecord('b', { epoch: 2 }), a);
        expect(await store.imports(acme, ann)).toEqual([importRecord('b', { epoch: 2 })]);
        expect(await store.importPiece(acme, ann, a, 0)).toBeNull();
        expect(await store.strayImports(acme)).toEqual([ann]);
        expect(await store.purgeStrayImports(acme, ann)).toBe(1);
        expect(await store.strayImports(acme)).toEqual([]);
        expect(await store.importPiece(acme, ann, importRecord('b').import, 0)).toEqual(importPiece('b', 0));
      });

      it('end, each once, and nothing of anybody else with them', async () => {
        const bobs = importPiece('a', 0, { person: personId('bob') });
        await store.putImportPieces([...Array.from({ length: 40 }, (_, place) => importPiece('a', place)), bobs]);
        await store.putImport(importRecord('a'), null);
        await store.putImport(importRecord('a', { person: personId('bob') }), null);
        expect(await store.endImport(acme, ann, a)).toBe(true);
        expect(await store.endImport(acme, ann, a)).toBe(false);
        expect(await store.purgeStrayImports(acme, ann)).toBe(40);
        expect(await store.imports(acme)).toEqual([importRecord('a', { person: personId('bob') })]);
        expect(await store.importPiece(acme, personId('bob'), a, 0)).toEqual(bobs);
        expect(await store.imports(orgId('other'))).toEqual([]);
      });

      it('stand in a snapshot as they were', async () => {
        await store.putImportPieces([importPiece('a', 0)]);
        await store.putImport(importRecord('a'), null);
        const before = await store.snapshot();
        await store.endImport(acme, ann, a);
        await store.purgeStrayImports(acme, ann);
        expect(await before.imports(acme, ann)).toEqual([importRecord('a')]);
        expect(await before.importPiece(acme, ann, a, 0)).toEqual(importPiece('a', 0));
        await before.close();
      });
    });

    describe('endings', () => {
      const other = orgId('other');
      const nobody = {
        ...{ account: 0, sign_ins: 0, devices: 0, receipts: 0, acknowledgements: 0, decisions: 0, requests: 0 },
        ...{ erasures: 0, segments: 0, images: 0, imports: 0, not_kept: 0, looks: 0, security_events: 0 },
      };
      const nothing = { people: 0, devices: 0, days: 0, segments: 0, images: 0, kinds: nobody, records: 0 };

      /** Something of each kind that there is, for the organisation of `acme`'s records. */
      async function fill(): Promise<void> {
        await store.createOrganisation(org('acme'));
        await store.createPerson(person('ann'));
        await store.createTeam({ org: orgId('acme'), team: teamId('a'), name: sealedText('a') });
        await store.createToken(token('open'));
        await store.createSession(webSession('here'), 10);
        await enrolIn(store, device('laptop'));
        const receipt = { org: orgId('acme'), device: deviceId('laptop'), policyVersion: 1, receivedAt: NINE };
        await store.putReceipt({ ...receipt, receipt: sealedText('receipt') });
        await store.publishPolicy(policy(1));
        const acknowledged = { device: deviceId('laptop'), noticeVersion: 1, terms: 0, at: NINE };
        await store.putAcknowledgement({
          ...{ org: orgId('acme'), person: personId('ann'), ...acknowledged },
          acknowledgement: sealedText('yes'),
        });
        await store.rotatePolicyKey(policyKey(1), 1, sealedText('another key'));
        await store.putDecision(decision(1));
        await store.putSetting(setting('contacts', 1));
        await store.putRequestStep(requestStep('a', 1));
        await store.putErasures([erasure(1)]);
        await store.putNotice(notice(1, 1));
        await store.putImportPieces([importPiece('a', 0)]);
        await store.putImport(importRecord('a'), null);
        await store.appendBatch(
          batch(1, {
            judgedTerms: 1,
            segments: [segment('a'), segment('b'), segment('c', 'app', '2026-03-03')],
            blobs: [blob('x'), blob('y')],
            discarded: [{ parameter: 'title', reason: 'malformed', count: 2 }],
            dropped: [{ parameter: 'app', cause: 'evicted', count: 3 }],
          }),
        );
        await store.recordAccess(access(NINE));
        await store.recordSecurityEvent({
          ...{ org: orgId('acme'), at: NINE, kind: 'signed_in_with_link', person: personId('ann') },
          detail: 'signed in',
        });
      }

      it('counts what there is of one organisation, and nothing of one that is not there', async () => {
        await fill();
        const held = await store.holdings(orgId('acme'));
        expect(held).toMatchObject({ people: 1, devices: 1, days: 2, segments: 3, images: 2 });
        expect(held.kinds).toEqual({ ...(await store.holdingsOf(orgId('acme'), personId('ann'))).counts });
        expect(held.records).toBeGreaterThan(16);
        expect(await store.holdings(other)).toEqual(nothing);
      });

      it('erases everything of one organisation, nothing of another, and can be asked again', async () => {
        await fill();
        await store.createOrganisation(org('other'));
        await store.createPerson(person('eve', { org: other }));
        await enrolIn(store, device('tower', { org: other, person: personId('eve') }));
        await store.publishPolicy(policy(1, { org: other }));
        const theirs = { org: other, person: personId('eve') };
        await store.appendBatch(
          batch(1, {
            ...{ ...theirs, device: deviceId('tower') },
            segments: [{ ...segment('e'), ...theirs, device: deviceId('tower') }],
            blobs: [{ ...blob('e'), ...theirs }],
            discarded: [{ parameter: 'title', reason: 'malformed', count: 1 }],
          }),
        );
        const before = await store.holdings(other);
        const { records } = await store.holdings(orgId('acme'));
        const told: number[] = [];
        await store.eraseOrganisation(orgId('acme'), (rows) => told.push(rows));
        expect(await store.holdings(orgId('acme'))).toEqual(nothing);
        expect(told.at(-1)).toBe(records);
        expect(told).toEqual(told.toSorted((a, b) => a - b));
        expect(await store.organisations()).toEqual([org('other')]);
        expect(await store.personByEmail(person('ann').emailHash)).toBeNull();
        expect(await store.device(deviceId('laptop'))).toBeNull();
        expect(await store.peekToken('invitation', token('open').tokenHash, NINE)).toBeNull();
        expect(await store.session(webSession('here').id, NINE)).toBeNull();
        expect(await store.appendBatch(batch(2))).toEqual({ kind: 'refused' });
        expect(await store.holdings(other)).toEqual(before);
        expect(await store.blob(other, personId('eve'), imageId('e'))).toEqual({ ...blob('e'), ...theirs });
        await store.eraseOrganisation(orgId('acme'));
        expect(await store.holdings(other)).toEqual(before);
      });

      /** The same of another person of the organisation, with a computer of their own. */
      async function fillFor(name: string): Promise<{ org: OrgId; person: PersonId; device: DeviceId }> {
        const whose = { org: orgId('acme'), person: personId(name), device: deviceId(`of ${name}`) };
        const { org, person: of } = whose;
        await store.createPerson(person(name));
        await store.createToken({ ...token(`of ${name}`), person: of });
        await store.createSession({ ...webSession(`of ${name}`), person: of }, 10);
        await enrolIn(store, device(`of ${name}`, whose));
        await store.putReceipt({ ...whose, policyVersion: 1, receivedAt: NINE, receipt: sealedText('receipt') });
        await store.putDecision({ ...decision(1), person: of });
        await store.putRequestStep({ ...requestStep(`of ${name}`, 1), person: of });
        await store.putErasures([{ ...erasure(1), person: of }]);
        await store.putImportPieces([{ ...importPiece('a', 0), person: of }]);
        await store.putImport({ ...importRecord('a'), person: of }, null);
        await store.appendBatch(
          batch(1, {
            ...{ ...whose, judgedTerms: 1 },
            segments: [{ ...segment(`of ${name}`), ...whose }],
            blobs: [{ ...blob(`of ${name}`), org, person: of }],
            discarded: [{ parameter: 'title', reason: 'malformed', count: 2 }],
          }),
        );
        await store.recordAccess({ ...access(NINE), subject: of });
        await store.recordSecurityEvent({
          ...{ org, at: NINE, kind: 'signed_in_with_link', person: of, detail: 'signed in' },
        });
        return whose;
      }

      it('counts what there is of one person, by kind, and nothing of one who is not there', async () => {
        await fill();
        const { org, person: bob } = await fillFor('bob');
        const { days, counts, records } = await store.holdingsOf(org, bob);
        expect({ days, counts }).toEqual({
          days: 1,
          counts: {
            ...{
              account: 1,
              sign_ins: 2,
              devices: 1,
              receipts: expect.any(Number),
              acknowledgements: 0,
              decisions: 1,
              requests: 1,
            },
            ...{ erasures: 1, segments: 1, images: 1, imports: 1, not_kept: 1, looks: 1, security_events: 2 },
          },
        });
        expect(records).toBeGreaterThanOrEqual(15);
        expect(await store.holdingsOf(org, personId('nobody'))).toEqual({ days: 0, counts: nobody, records: 0 });
        expect(await store.holdingsOf(other, bob)).toEqual({ days: 0, counts: nobody, records: 0 });
      });

      it('closes an account: nobody is that person, nobody signs in, and nothing comes from their computers', async () => {
        await fill();
        const { org, person: bob, device: laptop } = await fillFor('bob');
        const anns = await store.holdingsOf(org, personId('ann'));
        const { mark } = await store.witnessesSince(org, 0);
        await store.closeAccount(org, bob);
        await store.closeAccount(org, bob);
        expect([await store.person(org, bob), await store.personByEmail(person('bob').emailHash)]).toEqual([
          null,
          null,
        ]);
        expect(await store.session(webSession('of bob').id, NINE)).toBeNull();
        expect(await store.peekToken('invitation', token('of bob').tokenHash, NINE)).toBeNull();
        expect((await store.device(laptop))?.status).toBe('retired');
        expect((await store.witnessesSince(org, mark)).changed.map(({ device }) => device.status)).toEqual(['retired']);
        expect(await store.appendBatch(batch(2, { org, person: bob, device: laptop, segments: [] }))).toEqual({
          kind: 'refused',
        });
        expect((await store.holdingsOf(org, bob)).counts).toMatchObject({ account: 0, sign_ins: 0, segments: 1 });
        expect(await store.holdingsOf(org, personId('ann'))).toEqual(anns);
      });

      it('erases everything of one person, nothing of another, what they did to others excepted, and can be asked again', async () => {
        await fill();
        const { org, person: bob } = await fillFor('bob');
        await store.recordAccess({ ...access(NINE), actor: bob });
        const [anns, ofAll] = [await store.holdingsOf(org, personId('ann')), await store.holdings(org)];
        const { records } = await store.holdingsOf(org, bob);
        const told: number[] = [];
        await store.erasePerson(org, bob, saidErased(NINE), { tell: (rows) => told.push(rows) });
        expect(await store.holdingsOf(org, bob)).toEqual({ days: 0, counts: nobody, records: 0 });
        expect(told.at(-1)).toBe(records);
        expect(await store.holdingsOf(org, personId('ann'))).toEqual(anns);
        expect((await store.accessesBy(org, bob, 10)).map(({ subject }) => subject)).toEqual([personId('ann')]);
        expect(await store.blob(org, bob, imageId('of bob'))).toBeNull();
        expect(await store.blob(org, personId('ann'), imageId('x'))).toEqual(blob('x'));
        expect((await store.holdings(org)).images).toBe(ofAll.images - 1);
        await store.erasePerson(org, bob, saidErased(NINE));
        expect(await store.holdingsOf(org, personId('ann'))).toEqual(anns);
      });

      it('keeps nothing that is brought for somebody whose account was closed, and what is brought for others', async () => {
        await fill();
        const whose = await fillFor('bob');
        const { org, person: bob } = whose;
        await store.erasePerson(org, bob, saidErased(NINE));
        await store.createSession({ ...webSession('late'), person: bob }, 10);
        await store.putDecision({ ...decision(1), person: bob });
        await store.putRequestStep({ ...requestStep('late', 1), person: bob });
        await store.putReceipt({ ...whose, policyVersion: 2, receivedAt: NINE, receipt: sealedText('late') });
        await store.recordAccess({ ...access(NINE + 1), subject: bob });
        await store.recordAccess({ ...access(NINE + 1), subject: bob, refused: true });
        await store.recordSecurityEvent({ org, at: NINE + 1, kind: 'data_exported', person: bob, detail: 'late' });
        expect((await store.holdingsOf(org, bob)).records).toBe(0);
        const before = (await store.holdingsOf(org, personId('ann'))).counts.looks;
        await store.recordAccess({ ...access(NINE + 1), actor: bob });
        expect((await store.holdingsOf(org, personId('ann'))).counts.looks).toBe(before + 1);
      });

      it('closes an organisation: it is none of the list, nobody is anyone in it or signs in, nothing comes from its computers, and nothing that is brought for it stays', async () => {
        await fill();
        await store.createOrganisation(org('other'));
        await store.createPerson(person('eve', { org: other }));
        const theirs = await store.holdings(other);
        const acme = orgId('acme');
        await store.closeOrganisation(acme);
        await store.closeOrganisation(acme);
        expect(await store.organisations()).toEqual([org('other')]);
        expect(await store.people(acme)).toEqual([]);
        expect((await store.devices(acme)).map(({ status }) => status)).toEqual(['retired']);
        expect(await store.personByEmail(person('ann').emailHash)).toBeNull();
        expect(await store.session(webSession('here').id, NINE)).toBeNull();
        expect(await store.peekToken('invitation', token('open').tokenHash, NINE)).toBeNull();
        expect(await store.appendBatch(batch(2))).toEqual({ kind: 'refused' });
        expect((await store.holdings(acme)).segments).toBe(3);
        await store.eraseOrganisation(acme);
        await store.createSession(webSession('late'), 10);
        await store.putDecision(decision(1));
        await store.putSetting(setting('contacts', 1));
        await store.putReceipt({
          ...{ org: acme, device: deviceId('laptop'), policyVersion: 2, receivedAt: NINE, receipt: sealedText('late') },
        });
        await store.recordAccess(access(NINE + 1));
        await store.recordAccess({ ...access(NINE + 1), refused: true });
        await store.recordSecurityEvent({
          org: acme,
          at: NINE + 1,
          kind: 'data_exported',
          person: null,
          detail: 'late',
        });
        expect(await store.holdings(acme)).toEqual(nothing);
        expect(await store.holdings(other)).toEqual(theirs);
      });

      it('takes the same organisation, people and devices again when all of them were erased', async () => {
        await fill();
        const before = await store.holdings(orgId('acme'));
        await store.eraseOrganisation(orgId('acme'));
        await fill();
        expect(await store.holdings(orgId('acme'))).toEqual(before);
      });
    });

    it('answers every call after close with closed, and closes twice without complaint', () =>
      expectClosedAfterClose(store));
  });
}

async function expectClosedAfterClose(store: Store): Promise<void> {
  await store.close();
  await store.close();
  const calls = [store.organisations(), store.createPerson(person('ann')), store.appendBatch(batch(1))];
  expect(await Promise.all(calls.map(outcome))).toEqual(['closed', 'closed', 'closed']);
}

/** `done`, or the code of the failure. */
export async function outcome(work: Promise<unknown>): Promise<'done' | StoreError['code']> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
}

async function expectConflict(work: Promise<unknown>): Promise<void> {
  expect(await outcome(work)).toBe('conflict');
}

/** The same 32 bytes in base64url with the two spare bits of the last digit set. */
function otherSpelling(key: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return key.slice(0, -1) + digits.charAt(digits.indexOf(key.slice(-1)) | 3);
}
