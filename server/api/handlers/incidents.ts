import type { z } from 'zod';
import type { OrgId } from '../../../shared/ids.ts';
import type { IncidentEvidence, IncidentsView, IncidentView } from '../../../shared/protocol/http/incidents.ts';
import type { routes } from '../../../shared/protocol/http.ts';
import type { Actor, Authorized } from '../../authorize.ts';
import {
  type Incident,
  type IncidentEntry,
  incidentOf,
  incidentsOf,
  lookedOf,
  requireAnswered,
  requireOpen,
  requirePast,
  toldAt,
  toTell,
} from '../../records/incidents.ts';
import { itemsOf, requireItem, unreadableOf } from '../../records/numbered.ts';
import { newest, requireNewest, type Written } from '../../records/registers.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { affectedBy, ownIncidents } from '../ownIncidents.ts';
import { noteEvent } from '../securityEvents.ts';

/** Each look is proved by some twenty hashes. */
const MOST_PROOFS = 2_000;

/** What went wrong, whom it concerns, and who was told (GDPR Art. 33 and 34). */
export function incidents(
  context: Context,
): HandlersOf<'incidents' | 'openIncident' | 'changeIncident' | 'incidentEvidence' | 'ownIncidents'> {
  const { registers, clock } = context;

  return {
    incidents: async ({ leave: { actor } }) => viewOf(context, actor.org, await registers.read(actor.org, 'incidents')),
    openIncident: ({ leave, body }) => openIncident(context, leave, body),
    changeIncident: ({ leave, params: { number }, body }) => changeIncident(context, leave, number, body),
    incidentEvidence: ({ leave: { actor }, params: { number } }) => incidentEvidence(context, actor, number),
    ownIncidents: async ({ person }) => ({ asOf: clock.now(), incidents: await ownIncidents(context, person) }),
  };
}

/** What incidents are kept and worked out with: for a drill, too. */
type IncidentContext = Pick<Context, 'registers' | 'store' | 'auditLog' | 'organisations' | 'clock'>;
type Leave = Authorized<'records.change'>;
type BodyOf<R extends 'openIncident' | 'changeIncident'> = z.output<(typeof routes)[R]['body']>;

export async function openIncident(
  context: IncidentContext,
  leave: Leave,
  { revision, content, reason }: BodyOf<'openIncident'>,
): Promise<IncidentsView> {
  const { actor } = leave;
  const written = await context.registers.write(leave, 'incidents', async (before) => {
    requireNewest(before, revision);
    requirePast(content, context.clock.now());
    await noteEvent(context, actor, 'incident_opened');
    return { entry: { number: newest(before) + 1, step: { kind: 'opened', content } }, reason };
  });
  return viewOf(context, actor.org, written);
}

export async function changeIncident(
  context: IncidentContext,
  leave: Leave,
  number: number,
  { revision, step, reason }: BodyOf<'changeIncident'>,
): Promise<IncidentsView> {
  const { actor } = leave;
  const written = await context.registers.write(leave, 'incidents', async (before) => {
    requireNewest(before, revision);
    const incident = found(before, number);
    requireOpen(incident);
    const people = [...(await affectedBy(context, actor.org, incident.content.scope)).keys()];
    const now = async (): Promise<IncidentEntry['step']> => {
      switch (step.kind) {
        case 'found':
          requirePast(step.content, context.clock.now());
          return step;
        case 'authority':
          return step;
        case 'tell':
          return { kind: 'told', words: step.words, people };
        case 'close':
          requireAnswered(incident, people);
          return { kind: 'closed' };
      }
    };
    const entry = { number, step: await now() };
    await noteEvent(context, actor, entry.step.kind === 'told' ? 'incident_told' : 'incident_changed');
    return { entry, reason };
  });
  return viewOf(context, actor.org, written);
}

export async function incidentEvidence(
  context: IncidentContext,
  actor: Actor,
  number: number,
): Promise<IncidentEvidence> {
  const { registers, auditLog, organisations, clock } = context;
  const { org } = actor;
  const incident = found(await registers.read(org, 'incidents'), number);
  await noteEvent(context, actor, 'incident_evidence');
  const affected = await affectedBy(context, org, incident.content.scope);
  const all = [...affected.values()].flatMap((one) => one?.looks ?? []).toSorted((a, b) => a.at - b.at);
  const proofs = [];
  for (const { seq } of all.slice(0, MOST_PROOFS)) {
    const entry = seq === null ? null : await auditLog.entry(org, seq);
    if (seq !== null && entry !== null) proofs.push(await auditLog.prove(org, seq, entry));
  }
  const { signed: checkpoint } = await auditLog.checkpoint(org);
  const { serverKey } = (await organisations.signer(org)).identity;
  return {
    asOf: clock.now(),
    incident: await shown(context, org, incident),
    looks: all.length,
    proofs,
    ...{ checkpoint, serverKey },
  };
}

function found(written: readonly Written<'incidents'>[], number: number): Incident {
  return incidentOf(requireItem(itemsOf<IncidentEntry>(written), number)) ?? unreadable();
}

function unreadable(): never {
  throw new Error('an incident that cannot be read is in no list');
}

async function viewOf(
  context: IncidentContext,
  org: OrgId,
  written: readonly Written<'incidents'>[],
): Promise<IncidentsView> {
  const all = incidentsOf(written);
  const lost = itemsOf(written).length - all.length;
  return {
    asOf: context.clock.now(),
    revision: newest(written),
    incidents: await Promise.all(all.map((one) => shown(context, org, one))),
    unreadable: unreadableOf(written) + lost,
  };
}

async function shown(context: IncidentContext, org: OrgId, incident: Incident): Promise<IncidentView> {
  const { content, toldBefore: _toldBefore, tellings: _tellings, changes, ...rest } = incident;
  const affected = await affectedBy(context, org, content.scope);
  return {
    ...content,
    ...rest,
    affected: [...affected].map(([person, looked]) => ({
      ...lookedOf(looked),
      ...{ person, toldAt: toldAt(incident, person) },
    })),
    toTell: toTell(incident, [...affected.keys()]).length,
    changes,
  };
}
