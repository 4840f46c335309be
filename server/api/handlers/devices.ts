import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { DeviceId, PersonId } from '../../../shared/ids.ts';
import type { DeviceView } from '../../../shared/protocol/http/devices.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { ReceiptPayload, ReceiptState } from '../../../shared/protocol/messages.ts';
import { DAY, MINUTE } from '../../../shared/time.ts';
import { type Actor, authorize, personTarget } from '../../authorize.ts';
import type { DeviceRecord, PersonRecord } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { recordLook } from '../reading.ts';
import { everRestedOnConsent, restsOnConsent, without } from '../restsOnConsent.ts';
import { noteEvent } from '../securityEvents.ts';

/** A person's devices, codes for new ones, and what each device says of itself. */
export function devices(
  context: Context,
): HandlersOf<
  'devices' | 'createEnrolmentCode' | 'enrolmentCodes' | 'withdrawEnrolmentCode' | 'retireDevice' | 'deviceReceipt'
> {
  const { store, control, accounts, connections, requests, clock } = context;
  return {
    async devices({ person, signedIn: { actor } }) {
      const theirs = await store.devices(actor.org, [person.person]);
      return { devices: await Promise.all(theirs.map((device) => viewFor(context, device, actor))) };
    },
    async createEnrolmentCode({ person, signedIn: { actor } }) {
      if (person.person !== actor.person) await recordForeignCode(context, actor, person.person);
      const { token, expiresAt } = await accounts.issueToken('enrolment', person);
      return { code: token, expiresAt };
    },
    async enrolmentCodes({ person, signedIn: { actor } }) {
      const all = await store.tokens(actor.org, 'enrolment', clock.now());
      const theirs = all.filter((token) => token.person === person.person);
      return { codes: theirs.map(({ tokenHash, expiresAt }) => ({ id: tokenHash, expiresAt })) };
    },
    async withdrawEnrolmentCode({ params, person }) {
      const revoked = await store.revokeTokens(person.org, person.person, 'enrolment', { only: params.code });
      if (revoked === 0) throw new DaylightError('not_found', 'this person has no such code: it was used or has ended');
      await noteEvent(context, person, 'enrolment_code_withdrawn');
      return { ok: true };
    },
    async retireDevice({ params, person, signedIn: { actor } }) {
      const device = await requireDevice(context, person.person, params.device);
      await noteEvent(context, person, 'device_retired');
      const retired = await store.changeDevice(device.org, device.device, { status: 'retired' });
      connections.of(device.device)?.wipe('retired');
      await requests.retired(device);
      return viewFor(context, retired ?? device, actor);
    },
    async deviceReceipt({ params, person, signedIn: { actor } }) {
      const device = await requireDevice(context, person.person, params.device);
      const sees = seesActivity(actor, person);
      const isOwn = person.person === actor.person;
      const purpose = isOwn ? 'own_data' : 'support';
      await recordLook(context, actor, person.person, { action: 'receipt', purpose });
      const [latest, discarded, dropped] = await Promise.all([
        control.latestReceipt(device),
        store.discards(device.org, device.device),
        store.drops(device.org, device.device),
      ]);
      const withheld = isOwn ? NOTHING : await restsOnConsent(context, person, latest?.said);
      const uncounted = isOwn ? NOTHING : await everRestedOnConsent(context, person.org);
      const parameters = without(latest?.said.parameters ?? {}, withheld);
      const proof = { devicePublicKey: device.publicKey, switches: switchesOf(parameters), withheld: [...withheld] };
      if (!sees) return { ...proof, receipt: null, receivedAt: null, parameters: {}, discarded: [], dropped: [] };
      return {
        ...proof,
        // It says all of it, and is whole or worth nothing.
        receipt: withheld.size > 0 ? null : (latest?.receipt ?? null),
        receivedAt: latest?.receivedAt ?? null,
        parameters,
        discarded: discarded.filter(({ parameter }) => parameter === 'unknown' || !uncounted.has(parameter)),
        dropped: dropped.filter(({ parameter }) => !uncounted.has(parameter)),
      };
    },
  };
}

const NOTHING: ReadonlySet<ParameterId> = new Set();

/** Whether somebody is at work is activity: whoever may not read that is shown no time and no count that would tell it. */
export function seesActivity(actor: Actor, person: PersonRecord): boolean {
  return authorize(actor, 'data.read', personTarget(person)).kind === 'granted';
}

/**
 * All of these move when a computer is switched on, goes away or is worked at, so that whoever asked again and again would
 * see somebody come, go and work, and no record would say so: they are for the person alone.
 */
function forViewer(view: DeviceView, actor: Actor): DeviceView {
  if (view.person === actor.person) return view;
  const hidden = { connected: null, lastSeenAt: null, committedSeq: null, observedUntil: null };
  const { sensors, queue } = view;
  return {
    ...view,
    ...hidden,
    clockOffsetMs: coarse(view),
    sensors: sensors === null ? null : { work: withoutSites(sensors.work), unable: withoutSites(sensors.unable) },
    queue: queue === null ? null : { records: Math.floor(queue.records / 100) * 100, at: null },
  };
}

function withoutSites(parameters: readonly ParameterId[]): ParameterId[] {
  return parameters.filter((id) => id !== 'url');
}

/** Each handshake measures a little more or less: what is right, and otherwise the minutes, stays the same. */
function coarse({ clockOffsetMs, clockFlagged }: DeviceView): number | null {
  if (clockOffsetMs === null) return null;
  return clockFlagged ? Math.round(clockOffsetMs / MINUTE) * MINUTE : 0;
}

function seenOf({ connections, clock }: Context, { device, lastSeenAt }: DeviceRecord): DeviceView['seen'] {
  if (connections.of(device) !== null) return 'last_week';
  if (lastSeenAt === null) return 'never';
  return clock.now() - lastSeenAt < 7 * DAY ? 'last_week' : 'earlier';
}

/** Off for a reason of this very moment (not tracking, paused, locked, not shown yet) is a parameter that is switched on. */
const momentary: readonly ReceiptState['reason'][] = ['session', 'pause', 'lock', 'first_use'];

export function switchesOf(
  parameters: Partial<ReceiptPayload['parameters']>,
): Partial<Record<ParameterId, 'on' | 'off'>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([id, { state, reason }]) => [
      id,
      state === 'active' || momentary.includes(reason) ? 'on' : 'off',
    ]),
  );
}

/** On record before the code exists: with it someone could act as a device of this person. */
async function recordForeignCode({ store, clock }: Context, { org, role }: Actor, person: PersonId): Promise<void> {
  const detail = `a code to enrol a device of this person was made by an ${role}`;
  await store.recordSecurityEvent({ org, at: clock.now(), kind: 'enrolment_code_by_another', person, detail });
}

/** Off for anything else is off for the moment, which must not be told by what can be recorded there. */
const lasting: readonly ReceiptState['reason'][] = [
  'policy',
  'not_understood',
  'acknowledgement',
  'sensor_unavailable',
];

type Reported = Pick<DeviceView, 'sensors' | 'queue'>;

/** What a device in use said last; to others than the person nothing of what rests on consent. */
async function reportedBy(context: Context, device: DeviceRecord, isOwn: boolean): Promise<Reported> {
  const last = device.status === 'active' ? await context.control.lastSaid(device) : null;
  if (last === null) return { sensors: null, queue: null };
  const { parameters } = last.said;
  const withheld = isOwn ? NOTHING : await restsOnConsent(context, device, last.said);
  const told = parameterIds.filter((id) => !withheld.has(id));
  const observed = told.filter((id) => catalog[id].source === 'observed');
  return {
    sensors: {
      work: observed.filter((id) => !lasting.includes(parameters[id].reason)),
      unable: observed.filter((id) => parameters[id].reason === 'sensor_unavailable'),
    },
    queue: {
      records: told.reduce((sum, id) => sum + parameters[id].waiting, 0),
      at: last.receivedAt,
    },
  };
}

async function viewFor(context: Context, device: DeviceRecord, actor: Actor): Promise<DeviceView> {
  const { connections } = context;
  const { clockOffsetMs, lease } = device;
  const view = {
    id: device.device,
    person: device.person,
    enrolledAt: device.enrolledAt,
    status: device.status,
    connected: connections.of(device.device) !== null,
    lastSeenAt: device.lastSeenAt,
    seen: seenOf(context, device),
    agentVersion: device.agentVersion,
    clockOffsetMs,
    clockFlagged: clockOffsetMs !== null && Math.abs(clockOffsetMs) > limits.clockSkewMs,
    committedSeq: device.committedSeq,
    observedUntil: lease?.observedUntil ?? null,
    ...(await reportedBy(context, device, device.person === actor.person)),
  };
  return forViewer(view, actor);
}

async function requireDevice({ store }: Context, person: PersonId, id: DeviceId): Promise<DeviceRecord> {
  const device = await store.device(id);
  if (device === null || device.person !== person) {
    throw new DaylightError('not_found', 'this person has no such device');
  }
  return device;
}
