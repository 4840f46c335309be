import { z } from 'zod';
import { EntryProof, ProofPath } from '../../audit/checkpoint.ts';
import { LeafNumber } from '../../audit/leaf.ts';
import { PersonId } from '../../ids.ts';
import { PublicKey, Signed } from '../../signed.ts';
import { empty, route } from './route.ts';

const number = z.coerce.number().pipe(LeafNumber);

export const auditRoutes = {
  auditCheckpoint: route({
    method: 'GET',
    path: '/audit/checkpoint',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Size and root of the audit tree over everything that is recorded in the organisation, signed by the key that agents have pinned. It says nothing of anybody.',
    body: null,
    response: z.strictObject({ checkpoint: Signed, serverKey: PublicKey }),
  }),
  auditConsistency: route({
    method: 'GET',
    path: '/audit/consistency',
    auth: 'session',
    params: empty,
    query: z.strictObject({ from: number, to: number }),
    summary:
      'Proof that the audit tree of `to` entries begins with the very entries of the one of `from` (RFC 9162, 2.1.4).',
    body: null,
    response: z.strictObject({ from: LeafNumber, to: LeafNumber, path: ProofPath }),
  }),
  accessProof: route({
    method: 'GET',
    path: '/people/:person/accesses/:seq/proof',
    auth: 'session',
    params: z.strictObject({ person: PersonId, seq: number }),
    query: empty,
    summary:
      'One entry of the list of who looked at this person, with proof that it is in the audit tree, to be kept and checked without the server (the person; privacy officer, whose look is recorded as `accesses`).',
    body: null,
    response: EntryProof,
  }),
  securityEventProof: route({
    method: 'GET',
    path: '/security-events/:seq/proof',
    auth: 'session',
    params: z.strictObject({ seq: number }),
    query: empty,
    summary: 'The same of one security event (owner, admin, privacy officer).',
    body: null,
    response: EntryProof,
  }),
};
