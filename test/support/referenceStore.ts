import { afterLease } from '../../server/store/leases.ts';
import {
  type AccessRecord,
  type AcknowledgementRecord,
  type BackupRecord,
  type BatchUnit,
  type BlobRecord,
  type DataKeyId,
  type DeviceRecord,
  type DiscardCount,
  type EndedSubject,
  type ErasureRecord,
  type ImportPiece,
  type ImportRecord,
  type KeyStore,
  type NewAccess,
  type NewSecurityEvent,
  type NoticeRecord,
  type OrgRecord,
  type PersonalDecision,
  type PersonRecord,
  type PolicyKeyRecord,
  type PolicyRecord,
  type ReceiptRecord,
  type RequestStepRecord,
  type SecurityEvent,
  type SegmentRecord,
  type SettingRecord,
  type Store,
  StoreError,
  type TeamRecord,
  type TokenRecord,
  type WebSession,
  type WrappedDataKey,
  type WrappedOrgKey,
  type WrappedSigningKey,
} from '../../server/store/store.ts';
import { parameterIds } from '../../shared/catalog.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { DAY } from '../../shared/time.ts';
import { createReferenceAudit, type ReferenceAudit } from './referenceAudit.ts';

interface Contents {
  readonly organisations: readonly OrgRecord[];
  readonly people: readonly PersonRecord[];
  readonly teams: readonly TeamRecord[];
  readonly tokens: readonly TokenRecord[];
  readonly sessions: readonly WebSession[];
  readonly devices: readonly DeviceRecord[];
  readonly receipts: readonly ReceiptRecord[];
  readonly policies: readonly PolicyRecord[];
  readonly policyKeys: readonly PolicyKeyRecord[];
  readonly acknowledgements: readonly AcknowledgementRecord[];
  readonly decisions: readonly PersonalDecision[];
  readonly settings: readonly SettingRecord[];
  readonly requestSteps: readonly RequestStepRecord[];
  readonly notices: readonly NoticeRecord[];
  readonly segments: readonly SegmentRecord[];
  readonly blobs: readonly BlobRecord[];
  readonly discards: readonly (DiscardCount & { device: string })[];
  readonly drops: readonly (BatchUnit['dropped'][number] & { device: string })[];
  readonly accesses: readonly AccessRecord[];
  readonly events: readonly SecurityEvent[];
  readonly erasures: readonly ErasureRecord[];
  readonly imported: readonly ImportRecord[];
  readonly importPieces: readonly ImportPiece[];
  readonly audit?: Pick<ReferenceAudit, 'leaves' | 'checkpointRecords'>;
}

const nothing: Contents = {
  organisations: [],
  people: [],
  teams: [],
  tokens: [],
  sessions: [],
  devices: [],
  receipts: [],
  policies: [],
  policyKeys: [],
  acknowledgements: [],
  decisions: [],
  settings: [],
  requestSteps: [],
  notices: [],
  segments: [],
  blobs: [],
  discards: [],
  drops: [],
  accesses: [],
  events: [],
  erasures: [],
  imported: [],
  importPieces: [],
};

/**
 * The port in memory, as plainly as it can be said: arrays, looked through from the start, each call in one step.
 * It is what the real stores are compared with, and durable only as long as the process.
 */
export function createReferenceStore(from: Contents = nothing): Store {
  const closedAccounts = new Set<string>();
  /** What is brought for somebody whose account was closed is not kept. */
  const guarded = <T extends object>(before: readonly T[]): T[] => {
    const rows = [...before];
    rows.push = (...more) => {
      for (const one of more) {
        const { org = '' } = one as { org?: string };
        if (!closedAccounts.has(org) && !isOf(one, (id) => closedAccounts.has(id))) rows[rows.length] = one;
      }
      return rows.length;
    };
    return rows;
  };
  const organisations = guarded(from.organisations);
  const people = guarded(from.people);
  const teams = guarded(from.teams);
  const tokens = guarded(from.tokens);
  const sessions = guarded(from.sessions);
  const devices = guarded(from.devices);
  const receipts = guarded(from.receipts);
  const policies = guarded(from.policies);
  const policyKeys = guarded(from.policyKeys);
  const acknowledgements = guarded(from.acknowledgements);
  const decisions = guarded(from.decisions);
  const settings = guarded(from.settings);
  const requestSteps = guarded(from.requestSteps);
  const notices = guarded(from.notices);
  const segments = guarded(from.segments);
  const blobs = guarded(from.blobs);
  const discards = guarded(from.discards);
  const drops = guarded(from.drops);
  const accesses = guarded(from.accesses);
  const events = guarded(from.events);
  const erasures = guarded(from.erasures);
  const imported = guarded(from.imported);
  const importPieces = guarded(from.importPieces);
  /** Of each change that proof rests on, whose it was; the mark is how many there have been. */
  const changes: { org: string; device: string }[] = [];
  const tables: { org: string }[][] = [
    ...[organisations, people, teams, tokens, sessions, devices, receipts, policies, acknowledgements],
    ...[policyKeys, decisions, settings, requestSteps, notices, segments, blobs, accesses, events, erasures],
    ...[imported, importPieces],
  ];
  const snapshots: Store[] = [];
  let closed = false;

  const countsOf = (org: string): readonly { device: string }[] => {
    const ours = devices.filter((one) => one.org === org).map(({ device }) => device as string);
    return [...discards, ...drops].filter(({ device }) => ours.includes(device));
  };

  const importName = (one: Pick<ImportRecord, 'org' | 'person' | 'import'>): string =>
    `${one.org}/${one.person}/${one.import}`;
  const isImported = (piece: Pick<ImportRecord, 'org' | 'person' | 'import'>): boolean =>
    imported.some((one) => importName(one) === importName(piece));

  /** One step: what throws in it has changed nothing yet. */
  const step = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new StoreError('closed', 'the store is closed');
    return work();
  };

  const {
    leaves,
    checkpointRecords,
    add: addLeaf,
    begin,
    ...tree
  } = createReferenceAudit(accesses, events, step, from.audit);
  tables.push(leaves, checkpointRecords);
  const close = (org: string, person: string): number => {
    closedAccounts.add(person);
    for (const [place, one] of devices.entries()) {
      if (one.org !== org || one.person !== person) continue;
      closedAccounts.add(one.device);
      if (one.status === 'active') changes.push({ org, device: one.device });
      devices[place] = { ...one, status: 'retired' };
    }
    const all = [people, tokens, sessions];
    const before = all.flat().length;
    for (const table of all) removed(table as object[], (one) => isOfPerson(one, org, person));
    return before - all.flat().length;
  };

  const keepAcknowledgement = (acknowledgement: AcknowledgementRecord): void => {
    const { org, person, device, noticeVersion, terms } = acknowledgement;
    const isRepeat = acknowledgements.some(
      (one) =>
        one.org === org &&
        one.person === person &&
        one.device === device &&
        one.noticeVersion === noticeVersion &&
        one.terms === terms,
    );
    if (!isRepeat) acknowledgements.push(acknowledgement);
  };

  const countEvent = (event: NewSecurityEvent): void => {
    if (closedAccounts.has(event.org) || (event.person !== null && closedAccounts.has(event.person))) return;
    const minute = (at: number) => Math.floor(at / 60_000);
    const same = (one: SecurityEvent) =>
      one.org === event.org &&
      one.kind === event.kind &&
      one.person === event.person &&
      one.detail === event.detail &&
      minute(one.at) === minute(event.at);
    const known = events.findIndex(same);
    const counted = events[known];
    const row = counted === undefined ? { ...event, count: 1 } : { ...counted, count: counted.count + 1 };
    const seq = addLeaf({ kind: 'security_event', row }, event.at, counted?.seq ?? null);
    if (counted === undefined) events.push({ ...row, seq });
    else events[known] = { ...row, seq };
  };

  const countAccess = (access: NewAccess): void => {
    if (closedAccounts.has(access.org) || closedAccounts.has(access.subject)) return;
    const hour = (at: number) => Math.floor(at / 3_600_000);
    const same = (one: AccessRecord) =>
      one.refused &&
      (['org', 'subject', 'actor', 'actorRole', 'action', 'purpose'] as const).every((of) => one[of] === access[of]) &&
      hour(one.at) === hour(access.at);
    const known = access.refused ? accesses.findIndex(same) : -1;
    const counted = accesses[known];
    const row =
      counted === undefined
        ? { ...access, count: 1, lastAt: access.at }
        : {
            ...counted,
            at: Math.min(counted.at, access.at),
            lastAt: Math.max(counted.lastAt, access.at),
            day: counted.day === access.day ? access.day : null,
            parameters: [...new Set([...counted.parameters, ...access.parameters])],
            count: counted.count + 1,
          };
    const seq = addLeaf({ kind: 'access', row }, row.lastAt, counted?.seq ?? null);
    if (counted === undefined) accesses.push({ ...row, seq });
    else accesses[known] = { ...row, seq };
  };

  return {
    createOrganisation: (org) =>
      step(() => {
        refuseIf(organisations.some((one) => one.org === org.org));
        organisations.push(org);
        begin(org.org, org.createdAt);
      }),
    organisations: () => step(() => [...organisations]),
    createPerson: (person) =>
      step(() => {
        refuseIf(people.some((one) => one.org === person.org && one.person === person.person));
        refuseIf(people.some((one) => one.emailHash === person.emailHash));
        people.push(person);
      }),
    person: (org, person) => step(() => people.find((one) => one.org === org && one.person === person) ?? null),
    personByEmail: (emailHash) => step(() => people.find((one) => one.emailHash === emailHash) ?? null),
    people: (org, which) =>
      step(() => people.filter((one) => one.org === org && (which?.includes(one.person) ?? true))),
    changePerson: (org, person, change) =>
      step(() => replaced(people, (one) => one.org === org && one.person === person, change)),
    createTeam: (team) =>
      step(() => {
        refuseIf(teams.some((one) => one.org === team.org && one.team === team.team));
        teams.push(team);
      }),
    teams: (org) => step(() => teams.filter((one) => one.org === org)),
    changeTeam: (org, team, change) =>
      step(() => replaced(teams, (one) => one.org === org && one.team === team, change)),

    createToken: (token, earlier = 'keep') =>
      step(() => {
        const { org, person, kind } = token;
        const isEarlier = (one: TokenRecord): boolean =>
          earlier === 'revoke' && one.org === org && one.person === person && one.kind === kind;
        refuseIf(tokens.some((one) => one.tokenHash === token.tokenHash && !isEarlier(one)));
        const isOpen = (one: TokenRecord, at: number): boolean =>
          one.org === org && one.person === person && one.kind === kind && one.expiresAt > at;
        if (typeof earlier === 'object' && tokens.filter((one) => isOpen(one, earlier.at)).length >= earlier.many)
          return false;
        removed(tokens, isEarlier);
        tokens.push(token);
        return true;
      }),
    peekToken: (kind, tokenHash, now) =>
      step(() => tokens.find((one) => isValidToken(one, kind, tokenHash, now)) ?? null),
    redeemToken: (kind, tokenHash, now, change) =>
      step(() => {
        const token = tokens.find((one) => isValidToken(one, kind, tokenHash, now));
        if (token === undefined) return null;
        const { org, person } = token;
        const changed = replaced(people, (one) => one.org === org && one.person === person, change);
        if (changed !== null) removed(tokens, (one) => one === token);
        return changed;
      }),
    tokens: (org, kind, now) =>
      step(() => tokens.filter((one) => one.org === org && one.kind === kind && one.expiresAt > now)),
    revokeTokens: (org, person, kind, which) =>
      step(() => {
        const isMeant = (one: TokenRecord) => which === 'all' || one.tokenHash === which.only;
        return removed(tokens, (one) => one.org === org && one.person === person && one.kind === kind && isMeant(one));
      }),
    createSession: (session, most) =>
      step(() => {
        const isTheirs = (one: WebSession) => one.org === session.org && one.person === session.person;
        const living = sessions.filter((one) => isTheirs(one) && one.expiresAt > session.createdAt);
        const newest = living.toReversed().toSorted((a, b) => b.lastSeenAt - a.lastSeenAt);
        const stay = new Set(newest.slice(0, most - 1));
        const ends = (one: WebSession) => isTheirs(one) && !stay.has(one);
        refuseIf(sessions.some((one) => one.id === session.id && !ends(one)));
        removed(sessions, ends);
        sessions.push(session);
      }),
    session: (id, now) => step(() => sessions.find((one) => one.id === id && one.expiresAt > now) ?? null),
    sessionsOf: (org, person, now) =>
      step(() => sessions.filter((one) => one.org === org && one.person === person && one.expiresAt > now)),
    touchSession: (id, lastSeenAt, change) =>
      step(() => {
        replaced(sessions, (one) => one.id === id, { lastSeenAt, ...change });
      }),
    dropEndedSessions: (now, idleSince) =>
      step(() => removed(sessions, (one) => one.expiresAt <= now || one.lastSeenAt <= idleSince)),
    endSessions: (org, person, which) =>
      step(() => {
        const ends = (one: WebSession): boolean => ('only' in which ? one.id === which.only : one.id !== which.except);
        return removed(sessions, (one) => one.org === org && one.person === person && ends(one));
      }),

    enrolDevice: ({ codeHash, now, device, acknowledgement, event, most }) =>
      step(() => {
        const code = tokens.find((one) => isValidToken(one, 'enrolment', codeHash, now));
        if (code?.org !== device.org || code.person !== device.person) return { kind: 'gone' } as const;
        if (devices.some((one) => isSameDevice(one, device))) return { kind: 'conflict' } as const;
        const { org, person } = device;
        const active = devices.filter((one) => one.org === org && one.person === person && one.status === 'active');
        if (active.length >= most.active) return { kind: 'too_many' } as const;
        const early = devices
          .filter((one) => one.org === org && one.person === person)
          .flatMap(({ enrolledAt }) => (enrolledAt > now - DAY && enrolledAt <= now ? [enrolledAt] : []))
          .toSorted((a, b) => b - a)[most.inADay - 1];
        if (early !== undefined) return { kind: 'too_often', nextAt: early + DAY } as const;
        removed(tokens, (one) => one === code);
        devices.push(device);
        changes.push(device);
        if (acknowledgement !== null) keepAcknowledgement(acknowledgement);
        countEvent(event);
        return { kind: 'enrolled' } as const;
      }),
    device: (device) => step(() => devices.find((one) => one.device === device) ?? null),
    devices: (org, whose) =>
      step(() => devices.filter((one) => one.org === org && (whose?.includes(one.person) ?? true))),
    activeDevices: (org, whose) =>
      step(() => {
        const many = (person: PersonId) =>
          devices.filter((one) => one.org === org && one.person === person && one.status === 'active').length;
        return new Map(whose.map((person) => [person, many(person)] as const).filter(([, count]) => count > 0));
      }),
    changeDevice: (org, device, change) =>
      step(() => {
        if (change.status !== undefined) changes.push({ org, device });
        return replaced(devices, (one) => one.org === org && one.device === device, change);
      }),
    recordLeases: (org, leases) =>
      step(() =>
        leases.flatMap((lease) => {
          const isIt = (one: DeviceRecord) => one.org === org && one.device === lease.device && one.status === 'active';
          const before = devices.find(isIt);
          if (before === undefined) return [];
          replaced(devices, isIt, afterLease(before, lease));
          changes.push({ org, device: lease.device });
          return [lease.device];
        }),
      ),
    putReceipt: (receipt) =>
      step(() => {
        receipts.push(receipt);
        changes.push(receipt);
      }),
    receipts: (org, device) =>
      step(() => {
        const own = receipts.filter((one) => one.org === org && one.device === device);
        const versions = [...new Set(own.map((one) => one.policyVersion))].sort((a, b) => a - b);
        return versions.flatMap((version) => firstAndLast(own.filter((one) => one.policyVersion === version)));
      }),
    latestReceipt: (org, device) => step(() => latestOf(receipts, org, device)),
    witnessesSince: (org, mark) =>
      step(() => {
        const later = new Set(changes.slice(mark).map((one) => `${one.org}/${one.device}`));
        const changed = devices.filter((one) => one.org === org && later.has(`${org}/${one.device}`));
        const witnesses = changed.map(({ device, person, publicKey, status, enrolledAt, lease }) => ({
          device: { org, device, person, publicKey, status, enrolledAt, lease },
          receipt: latestOf(receipts, org, device),
        }));
        return { mark: changes.length, changed: witnesses };
      }),

    publishPolicy: (policy) =>
      step(() => {
        refuseIf(policy.version !== policies.filter((one) => one.org === policy.org).length + 1);
        policies.push(policy);
      }),
    policies: (org) => step(() => policies.filter((one) => one.org === org)),
    rotatePolicyKey: (key, policyVersion, profile) =>
      step(() => {
        refuseIf(key.sequence !== policyKeys.filter((one) => one.org === key.org).length + 1);
        refuseIf(policyVersion !== policies.filter((one) => one.org === key.org).length);
        policyKeys.push(key);
        const at = organisations.findIndex((one) => one.org === key.org);
        const organisation = organisations[at];
        if (organisation !== undefined) organisations[at] = { ...organisation, profile };
      }),
    policyKeys: (org) => step(() => policyKeys.filter((one) => one.org === org)),
    putAcknowledgement: (acknowledgement) => step(() => keepAcknowledgement(acknowledgement)),
    acknowledgementsIn: (org) => step(() => acknowledgements.filter((one) => one.org === org)),
    acknowledgements: (org, person) =>
      step(() => acknowledgements.filter((one) => one.org === org && one.person === person)),

    putDecision: (decision) =>
      step(() => {
        const { org, person } = decision;
        refuseIf(decision.revision !== decisions.filter((one) => one.org === org && one.person === person).length + 1);
        decisions.push(decision);
      }),
    decisions: (org, person) =>
      step(() => decisions.filter((one) => one.org === org && (person === undefined || one.person === person))),

    putSetting: (setting, event) =>
      step(() => {
        const { org, name } = setting;
        refuseIf(setting.revision !== settings.filter((one) => one.org === org && one.name === name).length + 1);
        settings.push(setting);
        if (event !== undefined) countEvent(event);
      }),
    setting: (org, name) => step(() => settings.findLast((one) => one.org === org && one.name === name) ?? null),
    settingRevisions: (org, name) => step(() => settings.filter((one) => one.org === org && one.name === name)),
    putRequestStep: (taken) =>
      step(() => {
        const isOfIt = (one: RequestStepRecord): boolean =>
          one.org === taken.org && one.person === taken.person && one.request === taken.request;
        refuseIf(taken.step !== requestSteps.filter(isOfIt).length + 1);
        requestSteps.push(taken);
      }),
    requestSteps: (org, person) =>
      step(() => requestSteps.filter((one) => one.org === org && (person === undefined || one.person === person))),

    putImportPieces: (pieces) =>
      step(() => {
        const all = [...importPieces, ...pieces].map((one) => `${importName(one)}/${one.place}`);
        refuseIf(new Set(all).size < all.length || pieces.some((one) => isImported(one)));
        importPieces.push(...pieces);
      }),
    putImport: (taken, instead) =>
      step(() => {
        refuseIf(isImported(taken));
        imported.push(taken);
        if (instead !== null) removed(imported, (one) => importName(one) === importName({ ...taken, import: instead }));
      }),
    endImport: (org, person, which) =>
      step(() => removed(imported, (one) => importName(one) === importName({ org, person, import: which })) > 0),
    imports: (org, person) =>
      step(() =>
        imported
          .filter((one) => one.org === org && (person === undefined || one.person === person))
          .toSorted((a, b) => (a.person < b.person ? -1 : a.person > b.person ? 1 : a.at - b.at)),
      ),
    importPiece: (org, person, which, place) =>
      step(() => {
        const name = importName({ org, person, import: which });
        const piece = importPieces.find((one) => importName(one) === name && one.place === place);
        return piece !== undefined && isImported(piece) ? piece : null;
      }),
    strayImports: (org) =>
      step(() => [
        ...new Set(importPieces.filter((one) => one.org === org && !isImported(one)).map(({ person }) => person)),
      ]),
    purgeStrayImports: (org, person) =>
      step(() => removed(importPieces, (one) => one.org === org && one.person === person && !isImported(one))),

    putNotice: (notice) =>
      step(() => {
        const { org, version } = notice;
        refuseIf(notice.edition !== notices.filter((one) => one.org === org && one.version === version).length + 1);
        notices.push(notice);
      }),
    notice: (org, version) => step(() => notices.findLast((one) => one.org === org && one.version === version) ?? null),
    noticeByHash: (org, hash) => step(() => notices.find((one) => one.org === org && one.hash === hash) ?? null),
    notices: (org) =>
      step(() =>
        notices
          .filter((one) => one.org === org)
          .toSorted((a, b) => a.version - b.version || a.edition - b.edition)
          .map(({ text: _, ...head }) => head),
      ),

    appendBatch: (unit) =>
      step(() => {
        const isForeign = (one: SegmentRecord | BlobRecord): boolean =>
          one.org !== unit.org || one.person !== unit.person || ('device' in one && one.device !== unit.device);
        refuseIf([...unit.segments, ...unit.blobs].some(isForeign));
        const device = devices.find((one) => one.device === unit.device);
        if (device === undefined || device.status === 'retired') return { kind: 'refused' } as const;
        if (device.org !== unit.org || device.person !== unit.person) return { kind: 'refused' } as const;
        const expected = device.committedSeq + 1;
        if (unit.seq < expected) return { kind: 'duplicate' } as const;
        if (unit.seq > expected) return { kind: 'out_of_order', expected } as const;
        const isNewer = (one: PolicyRecord): boolean => one.org === unit.org && one.version > unit.judgedUnder;
        const isLater = (one: PersonalDecision): boolean =>
          one.org === unit.org && one.person === unit.person && one.revision > unit.judgedTerms;
        if (policies.some(isNewer) || decisions.some(isLater)) return { kind: 'stale' } as const;

        const images = [...blobs, ...unit.blobs].map((one) => `${one.org}/${one.person}/${one.image}`);
        const ids = [...segments, ...unit.segments].map(
          (one) => `${one.org}/${one.person}/${one.day}/${one.parameter}/${one.segment}`,
        );
        refuseIf(new Set(images).size < images.length || new Set(ids).size < ids.length);
        segments.push(...unit.segments);
        blobs.push(...unit.blobs);
        discards.push(...unit.discarded.map((one) => ({ ...one, device: unit.device })));
        drops.push(...unit.dropped.map((one) => ({ ...one, device: unit.device })));
        replaced(devices, (one) => one.device === unit.device, {
          committedSeq: unit.seq,
          lastSeenAt: Math.max(device.lastSeenAt ?? 0, unit.receivedAt),
          sessionState: unit.sessionState ?? device.sessionState,
        });
        return { kind: 'committed' } as const;
      }),
    segments: (org, person, parameter, from, to) =>
      step(() =>
        segments.filter(
          (one) =>
            one.org === org && one.person === person && one.parameter === parameter && one.day >= from && one.day <= to,
        ),
      ),
    newestSegments: (org, person, parameter, from, to) =>
      step(() => {
        const those = segments.filter(
          (one) =>
            one.org === org && one.person === person && one.parameter === parameter && one.day >= from && one.day <= to,
        );
        return those.filter((one, index) => those.findLastIndex(({ device }) => device === one.device) === index);
      }),
    segmentsById: (org, person, parameter, day, of) =>
      step(() =>
        segments.filter(
          (one) =>
            one.org === org &&
            one.person === person &&
            one.parameter === parameter &&
            one.day === day &&
            of.includes(one.segment),
        ),
      ),
    crowdedSegments: (org, person, from, to, least) =>
      step(() => {
        const those = segments.filter(
          (one) =>
            one.org === org &&
            one.person === person &&
            one.parameter !== 'screenshot' &&
            one.day >= from &&
            one.day <= to,
        );
        const isCrowded = (one: SegmentRecord) =>
          those.filter((other) => other.parameter === one.parameter && other.day === one.day).length >= least;
        return those.filter(isCrowded).map(({ sealed, ...head }) => ({ ...head, bytes: sealed.length }));
      }),
    replaceSegments: (merged, of) =>
      step(() => {
        refuseIf(merged.parameter === 'screenshot');
        if (closedAccounts.has(merged.person)) return 'changed' as const;
        const isSameDay = (one: SegmentRecord): boolean =>
          one.org === merged.org &&
          one.person === merged.person &&
          one.day === merged.day &&
          one.parameter === merged.parameter;
        const isLike = (one: SegmentRecord): boolean =>
          isSameDay(one) &&
          one.device === merged.device &&
          one.epoch === merged.epoch &&
          one.policyVersion === merged.policyVersion &&
          one.termsVersion === merged.termsVersion &&
          one.expires === merged.expires;
        const those = segments.filter((one) => isLike(one) && of.includes(one.segment));
        if (those.length === 0 || those.length !== of.length) return 'changed' as const;
        refuseIf(segments.some((one) => isSameDay(one) && one.segment === merged.segment && !of.includes(one.segment)));
        const last = segments.findLastIndex((one) => those.includes(one));
        segments[last] = merged;
        removed(segments, (one) => those.includes(one));
        return 'replaced' as const;
      }),
    blob: (org, person, image) =>
      step(() => blobs.find((one) => one.org === org && one.person === person && one.image === image) ?? null),
    stored: (org) =>
      step(() =>
        parameterIds.flatMap((parameter) => {
          const those = segments.filter((one) => one.org === org && one.parameter === parameter);
          const days = those.map(({ day }) => day).toSorted();
          const [from, to] = [days.at(0), days.at(-1)];
          if (from === undefined || to === undefined) return [];
          const people = new Set(those.map(({ person }) => person)).size;
          return [{ parameter, people, days: new Set(those.map((one) => `${one.person} ${one.day}`)).size, from, to }];
        }),
      ),
    ages: (org) =>
      step(() => {
        const shots = blobs.map((one) => ({ ...one, parameter: 'screenshot' as const }));
        const all = [...segments, ...shots].filter((one) => one.org === org);
        const nameOf = ({ parameter, day, expires, termsVersion }: KeptRecord) =>
          [day, String.fromCharCode(65 + parameterIds.indexOf(parameter)), expires, 1e6 + termsVersion].join(' ');
        return [...new Set(all.map(nameOf))].toSorted().flatMap((name) => {
          const [own, images] = [segments, shots].map((of) =>
            of.filter((one) => one.org === org && nameOf(one) === name),
          );
          const [{ parameter, day, expires, termsVersion } = missing()] = [...(own ?? []), ...(images ?? [])];
          const many = [own ?? [], images ?? []].map((of) => new Set(of.map(({ person }) => person)).size);
          const counts = { people: Math.max(...many), segments: own?.length ?? 0, images: images?.length ?? 0 };
          return [{ parameter, day, termsVersion, expires, ...counts }];
        });
      }),
    holders: (org) =>
      step(() => [...new Set([...segments, ...blobs].flatMap((one) => (one.org === org ? [one.person] : [])))]),
    expire: (org, person, past, most) =>
      step(() => {
        const isPast = (one: KeptRecord & { readonly org: OrgId; readonly person: PersonId }) => {
          const limits = past.parameters.flatMap((of) => (of.parameter === one.parameter ? of.limits : []));
          const isOver = limits.some(
            ({ termsVersion, before }) => one.termsVersion <= termsVersion && one.day < before,
          );
          const isLeft = (past.except ?? []).some(
            ({ parameter, from, to }) => parameter === one.parameter && one.day >= from && one.day <= to,
          );
          const isTheirs = one.org === org && one.person === person;
          return isTheirs && !isLeft && (one.expires < past.today || isOver);
        };
        const some = segments.filter(isPast).slice(0, most);
        const shots = blobs.filter((one) => isPast({ ...one, parameter: 'screenshot' })).slice(0, most);
        removed(segments, (one) => some.includes(one));
        removed(blobs, (one) => shots.includes(one));
        return parameterIds.flatMap((parameter) => {
          const many = some.filter((one) => one.parameter === parameter).length;
          const images = parameter === 'screenshot' ? shots.length : 0;
          return many + images === 0 ? [] : [{ parameter, segments: many, images }];
        });
      }),
    expireTokens: (org, at) => step(() => removed(tokens, (one) => one.org === org && one.expiresAt <= at)),
    discards: (org, device) =>
      step(() => {
        const own = isOfOrg(devices, org, device) ? discards.filter((one) => one.device === device) : [];
        const sums = summed(own, (one) => `${one.parameter}/${one.reason}`);
        return sums.map(({ parameter, reason, count }) => ({ parameter, reason, count }));
      }),
    drops: (org, device) =>
      step(() => {
        const own = isOfOrg(devices, org, device) ? drops.filter((one) => one.device === device) : [];
        const sums = summed(own, (one) => `${one.parameter}/${one.cause}`);
        return sums.map(({ parameter, cause, count }) => ({ parameter, cause, count }));
      }),

    recordAccess: (access) => step(() => countAccess(access)),
    accesses: (org, subject, limit, before) =>
      step(() =>
        page(
          accesses.filter((one) => one.org === org && one.subject === subject),
          limit,
          before,
        ),
      ),
    ...tree,
    recordSecurityEvent: (event) => step(() => countEvent(event)),
    alarms: (org) =>
      step(() =>
        events
          .filter((one) => one.org === org && one.kind.startsWith('alarm_'))
          .toSorted((a, b) => (b.seq ?? 0) - (a.seq ?? 0)),
      ),
    securityEvents: (org, limit, before, except = []) =>
      step(() =>
        page(
          events.filter((one) => one.org === org && !except.includes(one.kind)),
          limit,
          before,
        ),
      ),

    held: (org, person) =>
      step(() => {
        const isOf = (one: SegmentRecord | BlobRecord) => one.org === org && one.person === person;
        const pieces = [
          ...segments.filter(isOf).map(({ parameter, day, expires, termsVersion, sealed }) => ({
            parameter,
            day,
            expires,
            termsVersion,
            bytes: sealed.length,
            image: 0,
          })),
          ...blobs.filter(isOf).map(({ day, expires, termsVersion }) => ({
            ...{ parameter: 'screenshot' as const, day, expires, termsVersion, bytes: 0, image: 1 },
          })),
        ];
        const nameOf = ({ parameter, day, expires, termsVersion }: (typeof pieces)[number]) =>
          [day, String.fromCharCode(65 + parameterIds.indexOf(parameter)), expires, 1e6 + termsVersion].join(' ');
        return [...new Set(pieces.map(nameOf))].toSorted().flatMap((name) => {
          const those = pieces.filter((piece) => nameOf(piece) === name);
          const [{ parameter, day, expires, termsVersion } = missing()] = those;
          const images = those.reduce((sum, { image }) => sum + image, 0);
          const bytes = those.reduce((sum, one) => sum + one.bytes, 0);
          return [{ parameter, day, termsVersion, expires, segments: those.length - images, bytes, images }];
        });
      }),
    images: (org, person, day) =>
      step(() =>
        blobs
          .filter((one) => one.org === org && one.person === person && one.day === day)
          .map(({ sealed: _sealed, ...head }) => head),
      ),
    accessesBy: (org, actor, limit, before) =>
      step(() =>
        page(
          accesses.filter((one) => one.org === org && one.actor === actor),
          limit,
          before,
        ),
      ),
    securityEventsOf: (org, person, limit, before) =>
      step(() =>
        page(
          events.filter((one) => one.org === org && one.person === person),
          limit,
          before,
        ),
      ),
    snapshot: () =>
      step(() => {
        const copy = createReferenceStore({
          ...{ organisations, people, teams, tokens, sessions, devices, receipts, policies, acknowledgements },
          ...{
            policyKeys,
            decisions,
            settings,
            imported,
            importPieces,
            requestSteps,
            notices,
            segments,
            blobs,
            discards,
            drops,
            accesses,
            events,
            erasures,
          },
          audit: { leaves, checkpointRecords },
        });
        snapshots.push(copy);
        return copy;
      }),

    putErasures: (given) =>
      step(() => {
        const all = [...erasures];
        for (const one of given) {
          const own = all.filter(({ org, person }) => org === one.org && person === one.person);
          refuseIf(one.number !== own.length + 1);
          all.push(one);
        }
        erasures.push(...given);
      }),
    erasures: (org, person) =>
      step(() =>
        erasures
          .filter((one) => one.org === org && (person === undefined || one.person === person))
          .toSorted((a, b) => (a.person < b.person ? -1 : a.person > b.person ? 1 : a.number - b.number)),
      ),
    advanceErasure: ({ org, person, number }, state, changedAt) =>
      step(() => {
        const isIt = (one: ErasureRecord) => one.org === org && one.person === person && one.number === number;
        replaced(erasures, isIt, { state, changedAt });
      }),
    storedUnder: (org, parameter) =>
      step(() => {
        const own = segments.filter((one) => one.org === org && one.parameter === parameter);
        const groups = new Map(
          own.map(({ person, termsVersion }) => [`${person} ${termsVersion}`, { person, termsVersion }]),
        );
        return [...groups.values()].map(({ person, termsVersion }) => {
          const isOf = (one: SegmentRecord | BlobRecord) =>
            one.org === org && one.person === person && one.termsVersion === termsVersion;
          const those = own.filter(isOf);
          const days = new Set(those.map(({ day }) => day)).size;
          const images = parameter === 'screenshot' ? blobs.filter(isOf).length : 0;
          return { person, termsVersion, days, segments: those.length, images };
        });
      }),
    storedEpochs: (org, person, parameter, from, to) =>
      step(() => {
        const isOf = (one: SegmentRecord | BlobRecord) =>
          one.org === org && one.person === person && one.day >= from && one.day <= to;
        const own = segments.filter((one) => isOf(one) && one.parameter === parameter);
        const images = parameter === 'screenshot' ? blobs.filter(isOf) : [];
        return [...new Set([...own, ...images].map(({ epoch }) => epoch))].toSorted((a, b) => a - b);
      }),
    resealSegment: (segment, was, images) =>
      step(() => {
        const { epoch: _epoch, sealed: _sealed, ...same } = segment;
        refuseIf(images.some((one) => one.segment !== segment.segment || one.person !== segment.person));
        const at = segments.findIndex((one) => {
          const { epoch, sealed: _bytes, ...rest } = one;
          return (
            epoch === was &&
            JSON.stringify(Object.entries(rest).toSorted()) === JSON.stringify(Object.entries(same).toSorted())
          );
        });
        if (at < 0) return 'changed' as const;
        const isOfSegment = (one: BlobRecord) =>
          one.org === segment.org && one.person === segment.person && one.segment === segment.segment;
        refuseIf(images.some(({ image }) => !blobs.some((one) => isOfSegment(one) && one.image === image)));
        segments[at] = segment;
        if (segment.parameter !== 'screenshot') return 'resealed' as const;
        removed(blobs, (one) => isOfSegment(one) && !images.some(({ image }) => image === one.image));
        for (const { image, epoch, sealed } of images)
          replaced(blobs, (one) => isOfSegment(one) && one.image === image, { epoch, sealed });
        return 'resealed' as const;
      }),
    purgeEpochs: (org, person, parameter, from, to, epochs) =>
      step(() => {
        const isOf = (one: SegmentRecord | BlobRecord) =>
          one.org === org && one.person === person && one.day >= from && one.day <= to && epochs.includes(one.epoch);
        const before = segments.length + blobs.length;
        removed(segments, (one) => isOf(one) && one.parameter === parameter);
        if (parameter === 'screenshot') removed(blobs, isOf);
        return before - segments.length - blobs.length;
      }),
    replaceSessionState: (org, device, was, state) =>
      step(() => {
        const isIt = (one: DeviceRecord) => one.org === org && one.device === device;
        const found = devices.find(isIt)?.sessionState;
        if (found === undefined || found === null || Buffer.compare(found, was) !== 0) return false;
        replaced(devices, isIt, { sessionState: state });
        return true;
      }),
    scrub: () => step(() => true),

    holdings: (org) =>
      step(() => {
        const ours = <T extends { org: string }>(all: readonly T[]): readonly T[] =>
          all.filter((one) => one.org === org);
        const records = [...tables.flatMap(ours), ...countsOf(org)];
        const counted = countsOf(org).length;
        return {
          kinds: {
            account: ours(people).length,
            sign_ins: ours(tokens).length + ours(sessions).length,
            devices: ours(devices).length,
            receipts: ours(receipts).length,
            acknowledgements: ours(acknowledgements).length,
            decisions: ours(decisions).length,
            requests: ours(requestSteps).length,
            erasures: ours(erasures).length,
            segments: ours(segments).length,
            images: ours(blobs).length,
            imports: ours(imported).length,
            not_kept: counted,
            looks: ours(accesses).length,
            security_events: ours(events).length,
          },
          people: ours(people).length,
          devices: ours(devices).length,
          days: new Set(ours(segments).map((one) => `${one.person}/${one.day}`)).size,
          segments: ours(segments).length,
          images: ours(blobs).length,
          records: records.length,
        };
      }),
    holdingsOf: (org, person, below) =>
      step(() => {
        const own = <T extends object>(all: readonly T[]): readonly T[] =>
          all.filter((one) => isOfPerson(one, org, person));
        const ids = own(devices).map((one) => one.device as string);
        const count = (all: readonly object[]): number =>
          all.filter((one) => isOfPerson(one, org, person, ids) && isBelow(one, below)).length;
        const counts = {
          account: count(people),
          sign_ins: count(tokens) + count(sessions),
          devices: count(devices),
          receipts: count(receipts),
          acknowledgements: count(acknowledgements),
          decisions: count(decisions),
          requests: count(requestSteps),
          erasures: count(erasures),
          segments: count(segments),
          images: count(blobs),
          imports: count(imported),
          not_kept: count(discards) + count(drops),
          looks: count(accesses),
          security_events: count(events),
        };
        const days = new Set(own(segments).flatMap((one) => (isBelow(one, below) ? one.day : []))).size;
        const records = Object.values(counts).reduce((sum, many) => sum + many, count(importPieces));
        return { days, counts, records };
      }),
    closeAccount: (org, person) =>
      step(() => {
        close(org, person);
      }),
    erasePerson: async (org, person, said, { tell, below } = {}) => {
      const closing = await step(() => close(org, person));
      const forgotten = await tree.forgetEntries(org, person, said);
      await step(() => {
        const ids = devices
          .filter((one) => one.org === org && one.person === person)
          .map((one) => one.device as string);
        let gone = closing + forgotten;
        for (const table of [...tables, discards, drops] as object[][]) {
          const before = table.length;
          removed(table, (one) => isOfPerson(one, org, person, ids) && isBelow(one, below));
          gone += before - table.length;
        }
        tell?.(gone);
      });
    },
    closeOrganisation: (org) =>
      step(() => {
        closedAccounts.add(org);
        for (const [place, one] of devices.entries()) {
          if (one.org !== org) continue;
          closedAccounts.add(one.device);
          devices[place] = { ...one, status: 'retired' };
        }
        for (const table of [organisations, people, tokens, sessions] as { org: string }[][])
          removed(table, (one) => one.org === org);
      }),
    eraseOrganisation: (org, tell) =>
      step(() => {
        const counted = new Set(countsOf(org));
        const rows = tables.flatMap((table: readonly { readonly org: string }[]) =>
          table.filter((one) => one.org === org),
        );
        removed(discards, (one) => counted.has(one));
        removed(drops, (one) => counted.has(one));
        for (const table of tables) removed(table, (one) => one.org === org);
        tell?.(rows.length + counted.size);
      }),

    close: async () => {
      closed = true;
      for (const snapshot of snapshots.splice(0)) await snapshot.close();
    },
  };
}

/** Whether it is about somebody with such an id, or of a computer with one. */
function isOf(row: object, has: (id: string) => boolean): boolean {
  const { person, subject, device } = row as { person?: string | null; subject?: string; device?: string };
  const owner = subject ?? person;
  return typeof owner === 'string' ? has(owner) : owner === undefined && device !== undefined && has(device);
}

function isOfPerson(row: object, org: string, person: string, devices: readonly string[] = []): boolean {
  const { org: whose = org } = row as { org?: string };
  return whose === org && isOf(row, (id) => id === person || devices.includes(id));
}

/** Of what is sealed under a key of a week; an import has an epoch of its own, which is below every bound. */
function isBelow(row: object, below = Number.MAX_SAFE_INTEGER): boolean {
  const { epoch = 0 } = row as { epoch?: number };
  return epoch < below;
}

function missing(): never {
  throw new Error('a name without a piece');
}

export function createReferenceKeyStore(): KeyStore {
  const orgKeys: WrappedOrgKey[] = [];
  const dataKeys: WrappedDataKey[] = [];
  const marks = new Map<string, number>();
  const signingKeys: WrappedSigningKey[] = [];
  const backups: BackupRecord[] = [];
  let rootCheck: Uint8Array | null = null;
  let closed = false;
  const revokedOnceMore = (): number => {
    marks.set('revoked', (marks.get('revoked') ?? 0) + 1);
    return marks.get('revoked') ?? 0;
  };
  const ended: EndedSubject[] = [];
  const hasEnded = (org: OrgId, person: PersonId | null): boolean =>
    ended.some((one) => one.org === org && (one.person === null || one.person === person));
  const mayBeMade = ({ org, person, orgKeyVersion }: WrappedDataKey): boolean =>
    !hasEnded(org, person) && orgKeys.some((one) => one.org === org && one.version === orgKeyVersion);
  const step = async <T>(work: () => T): Promise<T> => {
    if (closed) throw new StoreError('closed', 'the store is closed');
    return work();
  };
  const find = (id: DataKeyId): WrappedDataKey | undefined =>
    dataKeys.find(
      (one) =>
        one.org === id.org && one.person === id.person && one.parameter === id.parameter && one.epoch === id.epoch,
    );

  return {
    orgKeys: () => step(() => [...orgKeys]),
    putOrgKey: (key) =>
      step(() => {
        refuseIf(hasEnded(key.org, null));
        refuseIf(orgKeys.some((one) => one.org === key.org && one.version === key.version));
        orgKeys.push(key);
      }),
    dataKey: (id) => step(() => find(id) ?? null),
    putDataKeys: (keys) =>
      step(() =>
        keys.map((key) => {
          const known = find(key);
          if (known !== undefined || !mayBeMade(key)) return known ?? null;
          dataKeys.push(key);
          return key;
        }),
      ),
    dataKeysBelow: (org, version, after, most) =>
      step(() =>
        dataKeys
          .filter((one) => one.org === org && one.orgKeyVersion < version)
          .filter((one) => after === null || inOrder(after, one) < 0)
          .toSorted(inOrder)
          .slice(0, most),
      ),
    rewrapDataKeys: (keys) =>
      step(() => {
        for (const { key, was } of keys) {
          if (!orgKeys.some(({ org, version }) => org === key.org && version === key.orgKeyVersion)) continue;
          replaced(dataKeys, (one) => one === find(key) && one.orgKeyVersion === was, key);
        }
      }),
    destroyOrgKeysBelow: (org, version) =>
      step(() => {
        if (dataKeys.some((one) => one.org === org && one.orgKeyVersion < version)) return null;
        removed(orgKeys, (one) => one.org === org && one.version < version);
        return revokedOnceMore();
      }),
    dataKeyEpochs: (org, person, parameter) =>
      step(() =>
        dataKeys
          .filter((one) => one.org === org && one.person === person && one.parameter === parameter)
          .map(({ epoch }) => epoch)
          .toSorted((a, b) => a - b),
      ),
    destroyDataKeys: (ids) =>
      step(() => {
        for (const id of ids) removed(dataKeys, (one) => one === find(id));
        return revokedOnceMore();
      }),
    scrub: () => step(() => true),
    countKeys: (org, person) =>
      step(
        () =>
          [...(person === undefined ? orgKeys : []), ...dataKeys].filter(
            (one) => one.org === org && (person === undefined || ('person' in one && one.person === person)),
          ).length,
      ),
    destroyKeys: (org, person, below = Number.MAX_SAFE_INTEGER) =>
      step(() => {
        if (person === undefined) removed(orgKeys, (one) => one.org === org);
        removed(
          dataKeys,
          (one) => one.org === org && (person === undefined || one.person === person) && one.epoch < below,
        );
        if (person === undefined) removed(ended, (one) => one.org === org);
        if (!hasEnded(org, person ?? null)) ended.push({ org, person: person ?? null });
        return revokedOnceMore();
      }),
    ended: () => step(() => ended.toSorted((a, b) => (`${a.org}/${a.person}` < `${b.org}/${b.person}` ? -1 : 1))),
    rootCheck: () => step(() => rootCheck),
    putRootCheck: (check) =>
      step(() => {
        refuseIf(rootCheck !== null);
        rootCheck = check;
      }),
    changeRoot: (change) =>
      step(() => {
        rootCheck = change.rootCheck;
        for (const { org, version, wrapped } of change.orgKeys)
          replaced(orgKeys, (one) => one.org === org && one.version === version, { wrapped });
        for (const { name, wrapped } of change.signingKeys)
          replaced(signingKeys, (one) => one.name === name, { wrapped });
        for (const { backup, wrapped } of change.backups)
          replaced(backups, (one) => one.backup === backup && one.wrapped !== null, { wrapped });
        revokedOnceMore();
      }),
    mark: (name) => step(() => marks.get(name) ?? null),
    raiseMark: (name, value) =>
      step(() => {
        const raised = Math.max(marks.get(name) ?? value, value);
        marks.set(name, raised);
        return raised;
      }),
    signingKey: (name) => step(() => signingKeys.find((one) => one.name === name) ?? null),
    putSigningKey: (key) =>
      step(() => {
        refuseIf(signingKeys.some(({ name }) => name === key.name));
        signingKeys.push(key);
      }),
    backups: () => step(() => backups.toSorted((a, b) => a.at - b.at || (a.backup < b.backup ? -1 : 1))),
    putBackup: (backup) =>
      step(() => {
        refuseIf(backups.some((one) => one.backup === backup.backup));
        backups.push(backup);
      }),
    changeBackup: (backup, change) => step(() => replaced(backups, (one) => one.backup === backup, change) !== null),
    destroyBackupKey: (backup, at) =>
      step(() => {
        const isIt = (one: BackupRecord) => one.backup === backup && one.wrapped !== null;
        if (replaced(backups, isIt, { wrapped: null, changedAt: at }) === null) return false;
        revokedOnceMore();
        return true;
      }),
    close: async () => {
      closed = true;
    },
  };
}

/** One order, whichever it is. */
function inOrder(a: DataKeyId, b: DataKeyId): number {
  const name = ({ person, parameter, epoch }: DataKeyId) => `${person}/${parameter}/${String(epoch).padStart(10, '0')}`;
  if (name(a) === name(b)) return 0;
  return name(a) < name(b) ? -1 : 1;
}

function latestOf(receipts: readonly ReceiptRecord[], org: string, device: string): ReceiptRecord | null {
  return receipts.findLast((one) => one.org === org && one.device === device) ?? null;
}

function refuseIf(isTaken: boolean): void {
  if (isTaken) throw new StoreError('conflict', 'refused by the reference store');
}

function isValidToken(token: TokenRecord, kind: string, tokenHash: string, now: number): boolean {
  return token.kind === kind && token.tokenHash === tokenHash && token.expiresAt > now;
}

function isOfOrg(devices: readonly DeviceRecord[], org: string, device: string): boolean {
  return devices.some((one) => one.org === org && one.device === device);
}

function isSameDevice(a: DeviceRecord, b: DeviceRecord): boolean {
  return a.device === b.device || sameKey(a.publicKey, b.publicKey);
}

function sameKey(a: string, b: string): boolean {
  return Buffer.from(a, 'base64url').equals(Buffer.from(b, 'base64url'));
}

function replaced<T, C extends Partial<T>>(all: T[], isIt: (one: T) => boolean, change: C): T | null {
  const place = all.findIndex(isIt);
  const known = all[place];
  if (known === undefined) return null;
  const changed = { ...known, ...change };
  all[place] = changed;
  return changed;
}

function removed<T>(all: T[], isIt: (one: T) => boolean): number {
  const kept = all.filter((one) => !isIt(one));
  const count = all.length - kept.length;
  all.splice(0, all.length, ...kept);
  return count;
}

function firstAndLast<T>(all: readonly T[]): T[] {
  const [first] = all;
  const last = all.at(-1);
  if (first === undefined || last === undefined) return [];
  return first === last || JSON.stringify(first) === JSON.stringify(last) ? [first] : [first, last];
}

function summed<T extends { count: number }>(all: readonly T[], nameOf: (one: T) => string): T[] {
  const sums = new Map<string, T>();
  for (const one of all) sums.set(nameOf(one), { ...one, count: one.count + (sums.get(nameOf(one))?.count ?? 0) });
  return [...sums.values()];
}

function page<T extends { at: number }>(all: readonly T[], limit: number, before = Number.POSITIVE_INFINITY): T[] {
  const sorted = newestFirst(all.filter((one) => one.at < before));
  const last = sorted[limit - 1];
  return last === undefined ? sorted : sorted.filter((one) => one.at >= last.at);
}

function newestFirst<T extends { at: number }>(all: readonly T[]): T[] {
  return all
    .map((one, place) => ({ one, place }))
    .sort((a, b) => b.one.at - a.one.at || b.place - a.place)
    .map(({ one }) => one);
}

type KeptRecord = Pick<SegmentRecord, 'parameter' | 'day' | 'termsVersion' | 'expires'>;
