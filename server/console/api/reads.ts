import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { EntryKind } from '../../../shared/audit/leaf.ts';
import type { ParameterId } from '../../../shared/catalog.ts';
import type { ConsentView } from '../../../shared/protocol/http/consents.ts';
import type { EndingView } from '../../../shared/protocol/http/endings.ts';
import type { SpecialSearchView } from '../../../shared/protocol/http/specialSearches.ts';
import { purposesInQuery, type ReadPurposeName } from '../day/purposes.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';

export function usePeople(enabled = true) {
  return useQuery({
    queryKey: keys.people,
    queryFn: ({ signal }) => call('people', {}, signal),
    select: ({ people }) => people,
    enabled,
  });
}

/**
 * One of the people in the viewer's scope. Somebody who is not known here may have been invited a moment ago, by somebody
 * else or in another tab: before they count as unknown, everyone is read again, once.
 */
export function usePerson(id: string) {
  const { data, error, isPending, isFetching, refetch } = usePeople();
  const [soughtFor, setSoughtFor] = useState<string | null>(null);
  const person = data?.find((candidate) => candidate.id === id);
  const isUnknown = data !== undefined && person === undefined;
  useEffect(() => {
    if (!isUnknown || soughtFor === id) return;
    setSoughtFor(id);
    void refetch();
  }, [id, isUnknown, soughtFor, refetch]);
  const isSought = isUnknown && (isFetching || soughtFor !== id);
  return { person, isPending: isPending || isSought, error, retry: () => void refetch() };
}

/** Whose access logs the viewer may read. */
export function useAccessLogs(enabled = true) {
  return useQuery({
    queryKey: keys.accessLogs,
    queryFn: ({ signal }) => call('accessLogs', {}, signal),
    select: ({ people }) => people,
    enabled,
    staleTime: 0,
  });
}

export function useTeams() {
  return useQuery({
    queryKey: keys.teams,
    queryFn: ({ signal }) => call('teams', {}, signal),
    select: ({ teams }) => teams,
  });
}

export function useInvitations(enabled: boolean) {
  return useQuery({
    queryKey: keys.invitations,
    queryFn: ({ signal }) => call('invitations', {}, signal),
    select: ({ invitations }) => invitations,
    enabled,
    staleTime: 0,
  });
}

/** Codes of this person that are not used yet. */
export function useEnrolmentCodes(person: string) {
  return useQuery({
    queryKey: keys.codes(person),
    queryFn: ({ signal }) => call('enrolmentCodes', { params: { person } }, signal),
    select: ({ codes }) => codes,
    refetchInterval: 15_000,
  });
}

/** The viewer's own second factor. */
export function useSecondFactor() {
  return useQuery({ queryKey: keys.factor, queryFn: ({ signal }) => call('secondFactor', {}, signal), staleTime: 0 });
}

export function usePolicy(enabled = true) {
  return useQuery({ queryKey: keys.policy, queryFn: ({ signal }) => call('policy', {}, signal), enabled });
}

/** The draft that the organisation works on together. What somebody else saved shows within half a minute. */
export function usePolicyDraft(enabled = true) {
  return useQuery({
    queryKey: keys.policyDraft,
    queryFn: ({ signal }) => call('policyDraft', {}, signal),
    enabled,
    staleTime: 0,
    refetchInterval: 30_000,
  });
}

/** What was put forward. What becomes of it, and what others decide, shows within half a minute. */
export function useProposals(enabled = true) {
  return useQuery({
    queryKey: keys.proposals,
    queryFn: ({ signal }) => call('proposals', {}, signal),
    enabled,
    staleTime: 0,
    refetchInterval: 30_000,
  });
}

/** What is coming for the viewer. */
export function useComing() {
  return useQuery({
    queryKey: keys.coming,
    queryFn: ({ signal }) => call('coming', {}, signal),
    staleTime: 0,
    refetchInterval: 60_000,
  });
}

/** One published version, which never changes. */
export function usePolicyVersion(version: number, enabled = true) {
  return useQuery({
    queryKey: keys.policyVersion(version),
    queryFn: ({ signal }) => call('policyVersion', { params: { version: String(version) } }, signal),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The keys that have signed what is collected, newest first. */
export function usePolicyKeys() {
  return useQuery({ queryKey: keys.policyKeys, queryFn: ({ signal }) => call('policyKeys', {}, signal), staleTime: 0 });
}

/** Newest first, a page at a time. */
export function usePolicyHistory() {
  return useInfiniteQuery({
    queryKey: keys.policyHistory,
    queryFn: ({ pageParam, signal }) =>
      call('policyHistory', { query: pageParam === null ? {} : { before: String(pageParam) } }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ versions }) => {
      const oldest = versions.at(-1)?.policy.version;
      return oldest === undefined || oldest === 1 ? undefined : oldest;
    },
    select: ({ pages }) => pages.flatMap(({ versions }) => versions),
    staleTime: 0,
  });
}

/** The notice of one version; null for the one in force. */
export function useNotice(version: number | null = null) {
  return useQuery({
    queryKey: version === null ? keys.notice : keys.noticeVersion(version),
    queryFn: ({ signal }) =>
      version === null
        ? call('notice', {}, signal)
        : call('noticeVersion', { params: { version: String(version) } }, signal),
    staleTime: version === null ? 0 : Number.POSITIVE_INFINITY,
  });
}

/** The notice in force in a language; in English where there is no translation of that text. */
export function useNoticeIn(language: string) {
  return useQuery({
    queryKey: keys.noticeIn(language),
    queryFn: ({ signal }) => call('noticeIn', { params: { language } }, signal),
    placeholderData: keepPreviousData,
  });
}

/** Whom people can turn to. */
export function useContacts() {
  return useQuery({ queryKey: keys.contacts, queryFn: ({ signal }) => call('contacts', {}, signal), staleTime: 0 });
}

export function useDevices(person: string) {
  return useQuery({
    queryKey: keys.devices(person),
    queryFn: ({ signal }) => call('devices', { params: { person } }, signal),
    select: ({ devices }) => devices,
    refetchInterval: 15_000,
  });
}

/**
 * What this person has objected to. Only one's own are followed, closely as long as a device has not confirmed them: a look of
 * somebody else who reads the words is on record each time.
 */
export function useObjections(person: string, own: boolean) {
  return useQuery({
    queryKey: keys.objections(person),
    queryFn: ({ signal }) => call('objections', { params: { person } }, signal),
    refetchInterval: ({ state: { data } }) => own && (data?.objections.some(isUnconfirmed) ? 1_000 : 15_000),
  });
}

function isUnconfirmed({ confirmed }: { confirmed: { devices: number; of: number } }): boolean {
  return confirmed.devices < confirmed.of;
}

/** The viewer's own: that one is to be lifted shows within a minute, on every page. */
export function useRestrictions(person: string) {
  return useQuery({
    queryKey: keys.restrictions(person),
    queryFn: ({ signal }) => call('restrictions', { params: { person } }, signal),
    select: ({ restrictions }) => restrictions,
    refetchInterval: ({ state: { data } }) => (data?.restrictions.some(isUnconfirmed) ? 2_000 : 60_000),
  });
}

/** The viewer's own. */
export function useCorrections(person: string) {
  return useQuery({
    queryKey: keys.corrections(person),
    queryFn: ({ signal }) => call('corrections', { params: { person } }, signal),
    select: ({ corrections }) => corrections,
  });
}

/** As `useAllRestrictions`. */
export function useAllCorrections() {
  return useQuery({
    queryKey: keys.allCorrections,
    queryFn: ({ signal }) => call('allCorrections', {}, signal),
    select: ({ corrections }) => corrections,
  });
}

/** The viewer's own records of one parameter that are stored under a UTC day. */
export function useEntries(person: string, day: string, parameter: ParameterId) {
  return useQuery({
    queryKey: keys.entries(person, day, parameter),
    queryFn: ({ signal }) => call('entries', { params: { person }, query: { day, parameter } }, signal),
    select: ({ entries }) => entries,
  });
}

/** One read of everybody's words is one entry in the access log of each. */
export function useAllRestrictions() {
  return useQuery({
    queryKey: keys.allRestrictions,
    queryFn: ({ signal }) => call('allRestrictions', {}, signal),
    select: ({ restrictions }) => restrictions,
  });
}

/** Followed closely as long as something that follows from it is on its way. */
export function useAge(person: string) {
  return useQuery({
    queryKey: keys.age(person),
    queryFn: ({ signal }) => call('age', { params: { person } }, signal),
    refetchInterval: ({ state: { data } }) => {
      if (data === undefined || data.minor === null) return false;
      return isUnconfirmed(data) || data.erasures.some(({ state }) => state !== 'verified') ? AGAIN_MS : false;
    },
  });
}

/** A look of somebody else is on record each time, so it is repeated only when someone asks for it. */
export function useLayers(person: string) {
  return useQuery({
    queryKey: keys.layers(person),
    queryFn: ({ signal }) => call('layers', { params: { person } }, signal),
  });
}

/** What is left out for a person, and for their teams. */
export function useLeftOutOfPerson(person: string) {
  return useQuery({
    queryKey: keys.leftOut(person),
    queryFn: ({ signal }) => call('leftOutOfPerson', { params: { person } }, signal),
    staleTime: 0,
  });
}

export function useLeftOutOfTeam(team: string) {
  return useQuery({
    queryKey: keys.leftOut(team),
    queryFn: ({ signal }) => call('leftOutOfTeam', { params: { team } }, signal),
    staleTime: 0,
  });
}

/** The viewer's own, followed closely as long as a device has not confirmed that something is off. */
export function useConsents(person: string) {
  return useQuery({
    queryKey: keys.consents(person),
    queryFn: ({ signal }) => call('consents', { params: { person } }, signal),
    refetchInterval: ({ state: { data } }) => (data?.consents.some(isUnsure) ? 1_000 : 15_000),
  });
}

function isUnsure({ counts, confirmedOff }: ConsentView): boolean {
  return counts === 'none' && confirmedOff.devices < confirmedOff.of;
}

/** One read of everybody's words is one entry in the access log of each. */
export function useOpenObjections() {
  return useQuery({
    queryKey: keys.openObjections,
    queryFn: ({ signal }) => call('openObjections', {}, signal),
    select: ({ objections }) => objections,
  });
}

export function useProcessingRecord() {
  return useQuery({
    queryKey: keys.processingRecord,
    queryFn: ({ signal }) => call('processingRecord', {}, signal),
    staleTime: 0,
  });
}

export function useAssessments() {
  return useQuery({ queryKey: keys.assessments, queryFn: ({ signal }) => call('assessments', {}, signal) });
}

export function useProcessors() {
  return useQuery({ queryKey: keys.processors, queryFn: ({ signal }) => call('processors', {}, signal) });
}

export function useBackups() {
  return useQuery({
    queryKey: keys.backups,
    queryFn: ({ signal }) => call('backups', {}, signal),
    refetchInterval: ({ state: { data } }) => (data === undefined || data.job === null ? REST_MS : AGAIN_MS),
  });
}

/** It is deleted just now: what comes after waits for days. */
function isClearing({ state, heldUntil }: EndingView): boolean {
  return heldUntil === null && ['committed', 'keys_destroyed', 'purged', 'scrubbed'].includes(state);
}

export function useEndings() {
  return useQuery({
    queryKey: keys.endings,
    queryFn: ({ signal }) => call('endings', {}, signal),
    refetchInterval: ({ state: { data } }) => (data?.endings.some(isClearing) === true ? AGAIN_MS : REST_MS),
  });
}

/** Those whose account ends by itself with a day. */
export function useLeavingDates(enabled = true) {
  return useQuery({
    queryKey: keys.leavingDates,
    queryFn: ({ signal }) => call('leavingDates', {}, signal),
    refetchInterval: REST_MS,
    enabled,
  });
}

export function useLeavingDate(person: string) {
  return useQuery({
    queryKey: keys.leavingDate(person),
    queryFn: ({ signal }) => call('leavingDate', { params: { person } }, signal),
    refetchInterval: REST_MS,
  });
}

export function usePreviewOfEntries(kind: EntryKind, days: number) {
  return useQuery({
    queryKey: keys.entriesPreview(kind, days),
    queryFn: ({ signal }) => call('previewEntries', { query: { kind, days } }, signal),
    staleTime: 0,
  });
}

/** What would go if the account of this person were ended now. */
export function usePreviewOfEnding(person: string) {
  return useQuery({
    queryKey: keys.endingOf(person),
    queryFn: ({ signal }) => call('previewEnding', { params: { person } }, signal),
    staleTime: 0,
  });
}

/** How much an export of the organisation would hold now. */
export function usePreviewOfOrganisationExport() {
  return useQuery({
    queryKey: keys.exportOfOrganisation,
    queryFn: ({ signal }) => call('previewOrganisationExport', {}, signal),
    staleTime: 0,
  });
}

/** What would go if the organisation were ended now. */
export function usePreviewOfOrganisationEnding() {
  return useQuery({
    queryKey: keys.endingOfOrganisation,
    queryFn: ({ signal }) => call('previewOrganisationEnding', {}, signal),
    staleTime: 0,
  });
}

export function useSpecialSearch() {
  return useQuery({
    queryKey: keys.specialSearch,
    queryFn: ({ signal }) => call('specialSearch', {}, signal),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isUnderWay(data) ? AGAIN_MS : false),
  });
}

function isUnderWay({ running, erased }: SpecialSearchView): boolean {
  return running !== null || (erased !== null && erased.finishedAt === null);
}

export function useDisclosures() {
  return useQuery({ queryKey: keys.disclosures, queryFn: ({ signal }) => call('disclosures', {}, signal) });
}

export function useRetention(enabled: boolean) {
  return useQuery({ queryKey: keys.retention, queryFn: ({ signal }) => call('retention', {}, signal), enabled });
}

export function useClock(enabled: boolean) {
  const queryFn = ({ signal }: { signal: AbortSignal }) => call('clock', {}, signal);
  return useQuery({ queryKey: keys.clock, queryFn, enabled, refetchInterval: 60_000 });
}

export function usePreviewOfRetention(parameter: ParameterId, days: number) {
  return useQuery({
    queryKey: keys.retentionPreview(parameter, days),
    queryFn: ({ signal }) => call('previewRetention', { query: { parameter, days } }, signal),
  });
}

export function useIncidents() {
  return useQuery({ queryKey: keys.incidents, queryFn: ({ signal }) => call('incidents', {}, signal) });
}

export function useOwnIncidents(person: string) {
  return useQuery({
    queryKey: keys.ownIncidents(person),
    queryFn: ({ signal }) => call('ownIncidents', { params: { person } }, signal),
  });
}

export function useHolds() {
  return useQuery({ queryKey: keys.holds, queryFn: ({ signal }) => call('holds', {}, signal) });
}

export function useOwnHolds(person: string) {
  return useQuery({
    queryKey: keys.ownHolds(person),
    queryFn: ({ signal }) => call('ownHolds', { params: { person } }, signal),
  });
}

export function useOwnDisclosures(person: string) {
  return useQuery({
    queryKey: keys.ownDisclosures(person),
    queryFn: ({ signal }) => call('ownDisclosures', { params: { person } }, signal),
  });
}

export function useSelfCheck() {
  return useQuery({ queryKey: keys.selfCheck, queryFn: ({ signal }) => call('selfCheck', {}, signal), staleTime: 0 });
}

/** One's own: a word given on a computer shows within seconds. */
export function useRequests(person: string) {
  return useQuery({
    queryKey: keys.requests(person),
    queryFn: ({ signal }) => call('requests', { params: { person } }, signal),
    refetchInterval: ({ state: { data } }) =>
      data?.requests.some(({ state }) => state === 'awaiting_device') ? 2_000 : 60_000,
  });
}

/** One read of everybody's words is one entry in the access log of each. */
export function useAllRequests() {
  return useQuery({
    queryKey: keys.allRequests,
    queryFn: ({ signal }) => call('allRequests', { query: {} }, signal),
  });
}

export function useReceipt(person: string, device: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.receipt(person, device),
    queryFn: ({ signal }) => call('deviceReceipt', { params: { person, device } }, signal),
    enabled,
  });
}

/** One read of a person's day is one entry in their access log, so it is repeated only when someone asks for it. */
export function useDay(question: {
  person: string;
  day: string;
  zone: string;
  purposes: readonly ReadPurposeName[] | null;
}) {
  const { person, day, zone } = question;
  const purpose = question.purposes === null ? null : purposesInQuery(question.purposes);
  return useQuery({
    queryKey: keys.day(person, day, zone, purpose ?? ''),
    queryFn: ({ signal }) => {
      if (purpose === null) throw new Error('a day is not read without a purpose');
      return call('day', { params: { person }, query: { day, zone, purpose } }, signal);
    },
    enabled: purpose !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
  });
}

/** Like a day: one read is one entry in the access log. */
export function useWeek(question: {
  person: string;
  from: string;
  zone: string;
  purposes: readonly ReadPurposeName[] | null;
}) {
  const { person, from, zone } = question;
  const purpose = question.purposes === null ? null : purposesInQuery(question.purposes);
  return useQuery({
    queryKey: keys.week(person, from, zone, purpose ?? ''),
    queryFn: ({ signal }) => {
      if (purpose === null) throw new Error('a week is not read without a purpose');
      return call('week', { params: { person }, query: { from, zone, purpose } }, signal);
    },
    enabled: purpose !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
  });
}

/** Like a day: one read is one entry in the access log. */
export function useHeld(person: string) {
  return useQuery({
    queryKey: keys.held(person),
    queryFn: ({ signal }) => call('held', { params: { person } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** Like a day: one read is one entry in the access log. */
export function useImports(person: string) {
  return useQuery({
    queryKey: keys.imports(person),
    queryFn: ({ signal }) => call('imports', { params: { person } }, signal),
    select: ({ imports }) => imports,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** The same. */
export function useImportedDay(person: string, which: string, day: string) {
  return useQuery({
    queryKey: keys.importedDay(which, day),
    queryFn: ({ signal }) => call('importedDay', { params: { person, import: which, day } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** Asked again and again while the server reads the file. */
export function useArrival(person: string) {
  return useQuery({
    queryKey: keys.arrival(person),
    queryFn: ({ signal }) => call('arrival', { params: { person } }, signal),
    select: ({ arrival }) => arrival,
    refetchInterval: ({ state }) => {
      const kind = state.data?.arrival?.state.kind;
      return kind === 'checking' || kind === 'taking' ? SOON_MS : false;
    },
    gcTime: 0,
  });
}

/** Looked at again every few seconds as long as something is on its way. */
export function useErasures(person: string) {
  return useQuery({
    queryKey: keys.erasures(person),
    queryFn: ({ signal }) => call('erasures', { params: { person } }, signal),
    select: ({ erasures }) => erasures,
    refetchInterval: ({ state }) =>
      state.data?.erasures.some((one) => one.state !== 'verified') === true ? AGAIN_MS : false,
  });
}

const AGAIN_MS = 1_500;
const REST_MS = 60_000;
const SOON_MS = 400;

export function useStoredAbove(enabled: boolean) {
  return useQuery({
    queryKey: keys.storedAbove,
    queryFn: ({ signal }) => call('storedAbove', {}, signal),
    select: ({ parameters }) => parameters,
    enabled,
    staleTime: 0,
  });
}

export function useOrderedErasures() {
  return useQuery({
    queryKey: keys.orderedErasures,
    queryFn: ({ signal }) => call('orderedErasures', {}, signal),
    select: ({ erasures }) => erasures,
    refetchInterval: ({ state }) =>
      state.data?.erasures.some(({ finishedAt }) => finishedAt === null) === true ? AGAIN_MS : false,
  });
}

/** Newest first, a page of 100 at a time. */
export function useAccesses(person: string) {
  return useInfiniteQuery({
    queryKey: keys.accesses(person),
    queryFn: ({ pageParam, signal }) =>
      call('accesses', { params: { person }, query: pageParam === null ? {} : { before: pageParam } }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ accesses }) => (accesses.length < 100 ? undefined : accesses.at(-1)?.at),
    select: ({ pages }) => ({
      accesses: pages.flatMap(({ accesses }) => accesses),
      operators: pages[0]?.operators ?? [],
    }),
    staleTime: 0,
  });
}

export function useSessions() {
  return useQuery({
    queryKey: keys.sessions,
    queryFn: ({ signal }) => call('sessions', {}, signal),
    select: ({ sessions }) => sessions,
    staleTime: 0,
  });
}

/** The open ones first. On every page, and so asked for again. */
export function useAlarms() {
  return useQuery({
    queryKey: keys.alarms,
    queryFn: ({ signal }) => call('alarms', {}, signal),
    staleTime: 0,
    refetchInterval: 30_000,
  });
}

/** Newest first, a page of 200 at a time. */
export function useSecurityEvents() {
  return useInfiniteQuery({
    queryKey: keys.security,
    queryFn: ({ pageParam, signal }) =>
      call('securityEvents', { query: pageParam === null ? {} : { before: pageParam } }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ events }) => (events.length < 200 ? undefined : events.at(-1)?.at),
    select: ({ pages }) => pages.flatMap(({ events }) => events),
    staleTime: 0,
  });
}
