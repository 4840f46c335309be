import { z } from 'zod';
import type { CorrectionStep } from '../../shared/correction.ts';
import { DaylightError } from '../../shared/errors.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import type { ContactsView } from '../../shared/protocol/http/contacts.ts';
import type { OwnDisclosure } from '../../shared/protocol/http/disclosures.ts';
import type { OwnHold } from '../../shared/protocol/http/holds.ts';
import type { OwnIncident } from '../../shared/protocol/http/incidents.ts';
import type { NoticeHead, NoticeView, TranslationHead } from '../../shared/protocol/http/notice.ts';
import { ReadPurpose } from '../../shared/protocol/http/reading.ts';
import type { Digest, Signed } from '../../shared/signed.ts';
import type { Day, UnixMs } from '../../shared/time.ts';
import { acknowledgementPart } from '../control/acknowledgements.ts';
import type { PublishedPolicy } from '../control/control.ts';
import { openDecision } from '../control/decision.ts';
import type { ErasedOf } from '../control/erased.ts';
import { openErasure } from '../control/erasureScope.ts';
import type { Keeping } from '../control/keeping.ts';
import { openStep } from '../control/requestStep.ts';
import { type Kept, openDocument } from '../control/sealedDocument.ts';
import { openSessions } from '../ingest/pipeline.ts';
import type { AccessRecord, DeviceRecord, PersonRecord, Snapshot, TeamRecord, WebSession } from '../store/store.ts';
import { type Vault, VaultError } from '../vault/vault.ts';
import { correctionsIn } from './corrections.ts';
import { openedOf } from './imports.ts';
import type { RecordPart, RowOf } from './portable.ts';

/** Who the export is of, and what it is made from. */
export interface Subject {
  readonly person: PersonRecord;
  /** The day as of which it is. */
  readonly today: Day;
  readonly organisation: string;
  readonly contacts: ContactsView;
  readonly store: Snapshot;
  readonly vault: Vault;
  readonly erased: Pick<ErasedOf, 'hides' | 'hidesImage'>;
  readonly keeping: Keeping;
  /** Every version, oldest first. */
  readonly policies: readonly PublishedPolicy[];
  /** Every text of a notice, by version and edition. */
  readonly notices: readonly NoticeHead[];
  /** Every translation of one that somebody was shown. */
  readonly translations: readonly TranslationHead[];
  /** What they are told of the register of disclosures. */
  readonly disclosures: readonly OwnDisclosure[];
  /** What they are told of the register of legal holds. */
  readonly holds: readonly OwnHold[];
  /** Incidents that they were told of. */
  readonly incidents: readonly OwnIncident[];
  readonly open: Openers;
}

/** What opens the sealed parts of accounts. */
export interface Openers {
  notice(hash: Digest): Promise<NoticeView | null>;
  profile(person: PersonRecord): Promise<{ readonly name: string; readonly email: string }>;
  credentials(
    person: PersonRecord,
  ): Promise<{ readonly passwordHash: string | null; readonly recoveryCodes: readonly unknown[] }>;
  teamName(team: TeamRecord): Promise<string>;
  clientOf(session: WebSession): Promise<{ readonly network: string; readonly browser: string }>;
}

type Rows<P extends RecordPart> = (subject: Subject, asOf: UnixMs) => AsyncIterable<RowOf<P>>;

/** The records of each part, read anew each time that they are asked for: of a snapshot they are the same each time. */
export const rowsOf: { readonly [P in RecordPart]: Rows<P> } = {
  async *profile({ person, store, open }) {
    const { org, role, status, createdAt, hasSecondFactor } = person;
    const { name, email } = await open.profile(person);
    const { passwordHash, recoveryCodes } = await open.credentials(person);
    const teams = await Promise.all(
      (await store.teams(org)).map(async (team) => ({ id: team.team, name: await open.teamName(team) })),
    );
    yield {
      ...{ id: person.person, name, email, role, status, createdAt },
      teams: teams.filter(({ id }) => person.teams.includes(id)),
      managesTeams: teams.filter(({ id }) => person.managesTeams.includes(id)),
      password: passwordHash !== null,
      secondFactor: hasSecondFactor,
      recoveryCodesLeft: recoveryCodes.length,
    };
  },
  async *'who-looked'({ person: { org, person }, store, open }) {
    const names = new Map<PersonId, string>();
    const nameOf = async (id: PersonId): Promise<string> => {
      const known = names.get(id) ?? (await nameIn(store, open, org, id));
      names.set(id, known);
      return known;
    };
    for await (const entry of pages((before) => store.accesses(org, person, PAGE, before))) {
      const { actor, actorRole } = entry;
      yield { ...lookOf(entry), actor, actorName: await nameOf(actor), actorRole };
    }
  },
  async *looks({ person: { org, person }, store }) {
    for await (const entry of pages((before) => store.accessesBy(org, person, PAGE, before))) {
      if (entry.subject !== person) yield { ...lookOf(entry), role: entry.actorRole };
    }
  },
  async *devices({ person, store, vault }) {
    for (const record of await devicesOf(store, person)) {
      const { device, publicKey, status, enrolledAt, lastSeenAt, agentVersion, clockOffsetMs } = record;
      const { committedSeq, lease, previousLease } = record;
      const sessions = await unlessUnreadable(openSessions(vault, record));
      yield {
        ...{ device, publicKey, status, enrolledAt, lastSeenAt, agentVersion, clockOffsetMs },
        ...{ batchesStored: committedSeq, lease, previousLease, sessions },
      };
    }
  },
  async *'not-kept'({ person, store }) {
    for (const { org, device } of await devicesOf(store, person)) {
      for (const { parameter, reason, count } of await store.discards(org, device))
        yield { device, what: 'discarded', parameter, why: reason, count };
      for (const { parameter, cause, count } of await store.drops(org, device))
        yield { device, what: 'never_sent', parameter, why: cause, count };
    }
  },
  async *receipts({ person, store, vault }) {
    for (const owner of await devicesOf(store, person)) {
      for (const { device, policyVersion, receivedAt, receipt } of await store.receipts(owner.org, owner.device)) {
        const kept: Kept = { device: owner, part: 'receipt', policyVersion };
        yield { device, policyVersion, receivedAt, receipt: await documentOf(openDocument(vault, kept, receipt)) };
      }
    }
  },
  async *acknowledgements({ person, store, vault }) {
    for (const record of await store.acknowledgements(person.org, person.person)) {
      const { device, noticeVersion, terms, at, acknowledgement: sealed } = record;
      const kept: Kept = { device: record, part: acknowledgementPart(record), policyVersion: noticeVersion };
      yield { device, noticeVersion, terms, at, acknowledgement: await documentOf(openDocument(vault, kept, sealed)) };
    }
  },
  async *decisions({ person: { org, person }, store, vault }) {
    for (const record of await store.decisions(org, person)) yield openDecision(vault, record);
  },
  async *requests({ person: { org, person }, store, vault }) {
    for (const record of await store.requestSteps(org, person))
      yield { request: record.request, ...(await openStep(vault, record)) };
  },
  async *corrections({ person: { org, person }, store, vault, erased, keeping, disclosures }, asOf) {
    const isTold = new Set(disclosures.map(({ number }) => number));
    for (const one of await correctionsIn({ store, vault, erased, keeping }, { org, person }, asOf)) {
      const { correction, parameter, day, session, stored, corrected, file } = one;
      // That somebody secret was told would say that there is somebody.
      const steps = numberedAnew(file.steps.filter(({ said }) => said.kind !== 'told' || isTold.has(said.disclosure)));
      yield { correction, parameter, day, session, stored, shown: corrected.shown, steps };
    }
  },
  async *erasures({ person: { org, person }, store, vault }) {
    for (const record of await store.erasures(org, person)) {
      const { number, at, state, changedAt } = record;
      const scope = await openErasure(vault, record);
      yield {
        number,
        at,
        state,
        changedAt,
        scope: scope === null ? null : { ...scope, by: scope.by === person ? 'you' : scope.by },
      };
    }
  },
  async *policies({ person, policies }) {
    for (const { document, hash, publishedAt, author, reason, signed } of policies)
      yield { version: document.version, hash, publishedAt, byYou: author === person.person, reason, signed };
  },
  async *imports(subject) {
    for (const { record, index } of await openedOf(subject, subject.person, subject.today))
      yield { import: record.import, at: record.at, keptUntil: record.expires, source: index.source };
  },
  async *disclosures({ disclosures }) {
    yield* disclosures;
  },
  async *incidents({ incidents }) {
    yield* incidents;
  },
  async *holds({ holds }) {
    yield* holds;
  },
  async *'sign-ins'({ person: { org, person }, store, open }) {
    for (const session of await store.sessionsOf(org, person, 0)) {
      const { createdAt, lastSeenAt, expiresAt, secondFactor } = session;
      const { network, browser } = await open.clientOf(session);
      yield { createdAt, lastSeenAt, expiresAt, secondFactor, network, browser };
    }
  },
  async *'open-links'({ person: { org, person }, store }) {
    for (const kind of ['invitation', 'sign_in_link', 'enrolment'] as const) {
      for (const token of await store.tokens(org, kind, 0))
        if (token.person === person) yield { kind, expiresAt: token.expiresAt };
    }
  },
  async *'security-events'({ person: { org, person }, store }) {
    for await (const { at, kind, detail, count } of pages((before) =>
      store.securityEventsOf(org, person, PAGE, before),
    ))
      yield { at, kind, detail, count };
  },
};

/** A number that is missing would say that there is something. */
function numberedAnew(steps: readonly CorrectionStep[]): CorrectionStep[] {
  const numbers = new Map(steps.map(({ number }, place) => [number, place + 1]));
  const anew = (number: number): number => numbers.get(number) ?? number;
  return steps.map(({ number, at, said }) => {
    const then = 'dispute' in said ? { ...said, dispute: anew(said.dispute) } : said;
    return { number: anew(number), at, said: then };
  });
}

const PAGE = 500;

/** From the newest to the oldest; a page ends with all of its last millisecond. */
async function* pages<T extends { readonly at: number }>(
  page: (before: number | undefined) => Promise<readonly T[]>,
): AsyncGenerator<T> {
  for (let before: number | undefined; ; ) {
    const entries = await page(before);
    yield* entries;
    before = entries.at(-1)?.at;
    if (before === undefined) return;
  }
}

function lookOf({ at, lastAt, count, action, purpose, day, parameters, refused }: AccessRecord) {
  const read = ReadPurpose.parse(purpose);
  return { at, lastAt, count, action, purpose: read, day, parameters: [...parameters], refused };
}

async function nameIn(store: Snapshot, open: Openers, org: OrgId, person: PersonId): Promise<string> {
  const record = await store.person(org, person);
  return record === null ? 'someone who is gone' : (await open.profile(record)).name;
}

function devicesOf(store: Snapshot, { org, person }: PersonRecord): Promise<readonly DeviceRecord[]> {
  return store.devices(org, [person]);
}

function documentOf(opening: Promise<Signed>): Promise<Signed | null> {
  return unlessUnreadable(opening);
}

/** Null for what was altered, cannot be understood, or whose key was destroyed; whether the keys can be read at all is no matter of one record. */
export async function unlessUnreadable<T>(opening: Promise<T>): Promise<T | null> {
  try {
    return await opening;
  } catch (cause) {
    if (cause instanceof VaultError && cause.code === 'unavailable') throw cause;
    if (cause instanceof VaultError || cause instanceof SyntaxError || cause instanceof z.ZodError) return null;
    if (cause instanceof DaylightError && cause.code === 'internal') return null;
    throw cause;
  }
}
