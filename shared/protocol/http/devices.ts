import { z } from 'zod';
import { ParameterId } from '../../catalog.ts';
import { DeviceId, PersonId } from '../../ids.ts';
import { Digest } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { EnrolmentCode } from './enrolment.ts';
import { empty, ok, personPath, route } from './route.ts';

export const DeviceView = z.strictObject({
  id: DeviceId,
  person: PersonId,
  enrolledAt: UnixMs,
  status: z.enum(['active', 'retired']),
  /** Null for everybody but the person, as all that moves when a computer comes, goes or works. */
  connected: z.boolean().nullable(),
  /** Null also when it was never connected. */
  lastSeenAt: UnixMs.nullable(),
  /** Whether it was connected within the last seven days; for everybody who may see the device. */
  seen: z.enum(['never', 'last_week', 'earlier']),
  agentVersion: z.string().nullable(),
  /** Device clock minus server clock, in milliseconds. For others than the person to the minute when it is flagged, else 0. Null before the first handshake. */
  clockOffsetMs: z.int().nullable(),
  clockFlagged: z.boolean(),
  /** Null for everybody but the person. */
  committedSeq: z.int().nullable(),
  /** Until when it may observe without the server. Null for everybody but the person: each renewal moves it. */
  observedUntil: UnixMs.nullable(),
  /**
   * Of what is observed and switched on, by its latest signed receipt: what can be recorded there, and what cannot as the computer
   * is. For others than the person without sites, because an extension is heard when somebody works in a browser, and like `queue` without what rests on consent. Null when
   * there is no receipt, and once the device is retired.
   */
  sensors: z.strictObject({ work: z.array(ParameterId), unable: z.array(ParameterId) }).nullable(),
  /** What waited to be sent when it signed that. For others than the person in whole hundreds, rounded down, and without its time. */
  queue: z.strictObject({ records: z.int().min(0), at: UnixMs.nullable() }).nullable(),
});
export type DeviceView = z.infer<typeof DeviceView>;

export const devicesRoutes = {
  devices: route({
    method: 'GET',
    path: '/people/:person/devices',
    auth: 'session',
    params: personPath,
    query: empty,
    summary: "A person's devices (the person, owner, admin, their manager).",
    body: null,
    response: z.strictObject({ devices: z.array(DeviceView) }),
  }),
  createEnrolmentCode: route({
    method: 'POST',
    path: '/people/:person/enrolment-codes',
    auth: 'session',
    params: personPath,
    query: empty,
    status: 201,
    summary: 'A code that enrols one device of this person (the person, owner, admin). Valid once and for 24 hours.',
    body: empty,
    response: z.strictObject({ code: EnrolmentCode, expiresAt: UnixMs }),
  }),
  enrolmentCodes: route({
    method: 'GET',
    path: '/people/:person/enrolment-codes',
    auth: 'session',
    params: personPath,
    query: empty,
    summary:
      'Codes of this person that still enrol a device, oldest first, without the codes themselves (the person, owner, admin).',
    body: null,
    response: z.strictObject({ codes: z.array(z.strictObject({ id: Digest, expiresAt: UnixMs })) }),
  }),
  withdrawEnrolmentCode: route({
    method: 'DELETE',
    path: '/people/:person/enrolment-codes/:code',
    auth: 'session',
    params: z.strictObject({ person: PersonId, code: Digest }),
    query: empty,
    summary: 'Make a code worthless before it is used (the person, owner, admin). `code` is its id in the list.',
    body: null,
    response: ok,
  }),
  retireDevice: route({
    method: 'DELETE',
    path: '/people/:person/devices/:device',
    auth: 'session',
    params: z.strictObject({ person: PersonId, device: DeviceId }),
    query: empty,
    summary:
      'Retire a device: it is told to wipe, and its id and key are refused from now on; a copy that its yes has opened ends (the person, owner, admin).',
    body: null,
    response: DeviceView,
  }),
};
