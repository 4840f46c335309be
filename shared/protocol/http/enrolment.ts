import { z } from 'zod';
import { DeviceId, OrgId, PersonId } from '../../ids.ts';
import { Digest, PublicKey, Signed } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { NoticeView } from './notice.ts';
import { empty, route } from './route.ts';

/** 20 characters of Crockford base32 in groups of five (100 random bits), e.g. `7K2QM-XV4ZD-N8TRC-0A5BE`. */
export const EnrolmentCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/, 'expected a code like 7K2QM-XV4ZD-N8TRC-0A5BE');

/** Signed by the new device key in context `daylight/enrolment/v1`: proof of possession, and the shown notice. */
export const EnrolmentPayload = z.strictObject({
  code: EnrolmentCode,
  device: DeviceId,
  publicKey: PublicKey,
  /** The notice that the person was shown and acknowledged on this device; null: shown later, and until then all is off. */
  acknowledgedNotice: z.int().min(1).nullable(),
  /** Of the text that was shown. */
  noticeHash: Digest.optional(),
  /** The person says that they are of age. Nobody enrols without; what was enrolled before this was asked lacks it. */
  ofAge: z.literal(true).optional(),
  at: UnixMs,
});
export type EnrolmentPayload = z.infer<typeof EnrolmentPayload>;

export const enrolmentRoutes = {
  enrolmentNotice: route({
    method: 'POST',
    path: '/enrolment/notice',
    auth: 'public',
    params: empty,
    query: empty,
    summary: 'The notice to show before enrolling. Does not use the code up.',
    body: z.strictObject({ code: EnrolmentCode }),
    response: z.strictObject({
      organisation: z.string(),
      person: z.string(),
      notice: NoticeView,
      serverKey: PublicKey,
    }),
  }),
  enrol: route({
    method: 'POST',
    path: '/enrolment',
    auth: 'public',
    params: empty,
    query: empty,
    status: 201,
    summary:
      "Enrol a device with a code. `enrolment` is an EnrolmentPayload signed by the device's new key, with `ofAge` true: 400 without. A person has at most 20 devices in use and enrols at most 40 within 24 hours (409 `conflict`).",
    body: z.strictObject({ enrolment: Signed }),
    response: z.strictObject({
      org: OrgId,
      person: PersonId,
      device: DeviceId,
      organisation: z.string(),
      /** Pin both: the server proves the first in every handshake, policies and leases are signed by the second. */
      serverKey: PublicKey,
      policyKey: PublicKey,
      /** Which of the organisation's policy keys that is; left out: the first. */
      policyKeySequence: z.int().min(1).optional(),
      policy: Signed,
      lease: Signed,
    }),
  }),
};
