import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReadPurposeName } from '../day/purposes.ts';
import { call } from './client.ts';
import { keys } from './keys.ts';

export function usePeople() {
  return useQuery({
    queryKey: keys.people,
    queryFn: ({ signal }) => call('people', {}, signal),
    select: ({ people }) => people,
  });
}

export function useTeams() {
  return useQuery({
    queryKey: keys.teams,
    queryFn: ({ signal }) => call('teams', {}, signal),
    select: ({ teams }) => teams,
  });
}

export function usePolicy() {
  return useQuery({ queryKey: keys.policy, queryFn: ({ signal }) => call('policy', {}, signal) });
}

export function useNotice() {
  return useQuery({ queryKey: keys.notice, queryFn: ({ signal }) => call('notice', {}, signal), staleTime: 0 });
}

export function useDevices(person: string) {
  return useQuery({
    queryKey: keys.devices(person),
    queryFn: ({ signal }) => call('devices', { params: { person } }, signal),
    select: ({ devices }) => devices,
    refetchInterval: 15_000,
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
export function useDay(question: { person: string; day: string; zone: string; purpose: ReadPurposeName | null }) {
  const { person, day, zone, purpose } = question;
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

/** Newest first, a page of 100 at a time. */
export function useAccesses(person: string) {
  return useInfiniteQuery({
    queryKey: keys.accesses(person),
    queryFn: ({ pageParam, signal }) =>
      call('accesses', { params: { person }, query: pageParam === null ? {} : { before: pageParam } }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ accesses }) => (accesses.length < 100 ? undefined : accesses.at(-1)?.at),
    select: ({ pages }) => pages.flatMap(({ accesses }) => accesses),
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

export function useSecurityEvents() {
  return useQuery({
    queryKey: keys.security,
    queryFn: ({ signal }) => call('securityEvents', { query: {} }, signal),
    select: ({ events }) => events,
    staleTime: 0,
  });
}
