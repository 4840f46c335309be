import { canonical } from '../../../shared/canonical.ts';
import { parameterIds, rank } from '../../../shared/catalog.ts';
import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId } from '../../../shared/ids.ts';
import { decidedBy, oldTermsIn, policyLayers } from '../../../shared/policy/ceilings.ts';
import { excludesMore, NO_EXCLUSIONS } from '../../../shared/policy/exclusions.ts';
import { explain } from '../../../shared/policy/layers.ts';
import { LeftOut } from '../../../shared/policy/leftOut.ts';
import type { Levels } from '../../../shared/policy/policy.ts';
import { type Layer, resolveFor } from '../../../shared/policy/resolve.ts';
import { createWallClocks, type WallClocks } from '../../../shared/policy/workingHours.ts';
import type {
  ExplainedParameter,
  LayersView,
  LeftOutView,
  OwnExclusions,
  PersonLeftOut,
} from '../../../shared/protocol/http/layers.ts';
import type { Actor } from '../../authorize.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import { requireFewToday } from '../../control/fewToday.ts';
import { putSetting } from '../../control/settings.ts';
import type { Held, Standing } from '../../control/standing.ts';
import { followTeams, leavingName, TeamLeaving, teamLeaving } from '../../control/teamLeavings.ts';
import { instantOf, type Told, termsWith, toldOnAny } from '../../control/told.ts';
import { createLimited } from '../../limited.ts';
import { type DeviceRecord, type PersonRecord, StoreError } from '../../store/store.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { requireTeam } from '../leave.ts';
import { recordLook } from '../reading.ts';
import { restsOnConsent, without } from '../restsOnConsent.ts';
import { noteEvent } from '../securityEvents.ts';
import { seesTeam } from '../teamScope.ts';
import { seesActivity, switchesOf } from './devices.ts';

/** Why something is on or off for a person, and what the organisation leaves out of the policy for one person, or for a team. */
export function layers(
  context: Context,
): HandlersOf<
  | 'layers'
  | 'leftOutOfPerson'
  | 'leaveOutOfPerson'
  | 'leftOutOfTeam'
  | 'leaveOutOfTeam'
  | 'ownExclusions'
  | 'leaveOutOwn'
  | 'chooseZone'
> {
  const { store, vault, control, accounts, clock } = context;
  const walls = createWallClocks();
  return {
    async layers({ person, signedIn }) {
      const { actor } = signedIn;
      const isOwn = person.person === actor.person;
      await recordLook(context, actor, person.person, { action: 'layers', purpose: isOwn ? 'own_data' : 'support' });
      return layersOf(context, walls, person, signedIn);
    },
    leftOutOfPerson: ({ person, signedIn }) => leftOutOf(context, person, signedIn),
    async leaveOutOfPerson({ body: { baseRevision, ceilings, words }, person, leave }) {
      const standing = await control.decide(leave, async (now) => {
        if ((now.held.person?.revision ?? 0) !== baseRevision) throw changedMeanwhile();
        if (givesBack(now.held.person?.ceilings ?? {}, ceilings)) {
          requireFewToday(now, 'held', clock.now(), (most, hours) => ({
            message: `what is left out for this person was changed ${most} times within a day`,
            remedy: `Give it back in ${hours} hours; until then it stays left out. More can be left out at any time.`,
          }));
        }
        await noteEvent(context, person, 'left_out_of_person');
        return { kind: 'held', layer: 'person', ceilings, by: leave.actor.person, words };
      });
      return heldView(context, person.org, standing.held.person);
    },
    async leftOutOfTeam({ params, leave: { actor } }) {
      const { org, team } = await requireTeam(store, actor, params.team);
      return teamView(context, org, await teamLeaving(context, org, team));
    },
    leaveOutOfTeam: ({ params, body: { baseRevision, ceilings, words }, leave: { actor } }) =>
      // In one turn with every change of who is in which team.
      accounts.alone(actor.org, async () => {
        const { org, team } = await requireTeam(store, actor, params.team);
        const before = await teamLeaving(context, org, team);
        const said = TeamLeaving.parse({ ceilings, by: actor.person, words });
        // Said again as it is, it reaches those whom a failure left out.
        const isAgain =
          before?.revision === baseRevision + 1 && before.value !== null && canonical(before.value) === canonical(said);
        if (!isAgain) {
          if ((before?.revision ?? 0) !== baseRevision) throw changedMeanwhile();
          await noteEvent(context, actor, 'left_out_of_team');
          const place = { org, name: leavingName(team), revision: baseRevision + 1, at: clock.now() };
          await putSetting(store, vault, place, said).catch((cause: unknown) => {
            throw cause instanceof StoreError && cause.code === 'conflict' ? changedMeanwhile(cause) : cause;
          });
        }
        await reachMembers(
          context,
          (await store.people(org)).filter(({ teams }) => teams.includes(team)),
        );
        return teamView(context, org, await teamLeaving(context, org, team));
      }),
    async ownExclusions({ person }) {
      return exclusionsView(await control.standing(person));
    },
    async leaveOutOwn({ body: { baseRevision, exclusions }, person, leave }) {
      const standing = await control.decide(leave, async (now) => {
        if ((now.leftOut?.revision ?? 0) !== baseRevision) throw changedMeanwhile();
        if (excludesMore(exclusions, now.leftOut?.exclusions ?? NO_EXCLUSIONS)) {
          requireFewToday(now, 'left_out', clock.now(), (most, hours) => ({
            message: `what is left out for you was changed ${most} times within a day`,
            remedy: `Have it recorded again in ${hours} hours; until then it stays left out. More can be left out at any time.`,
          }));
        }
        await noteEvent(context, person, 'own_left_out');
        return { kind: 'left_out', exclusions };
      });
      return exclusionsView(standing);
    },
    async chooseZone({ body: { zone }, person, leave }) {
      const standing = await control.decide(leave, async (now) => {
        if (now.terms.zone === zone) {
          throw new DaylightError('conflict', 'zone: this is your time zone already', { field: 'zone' });
        }
        requireFewToday(now, 'zone', clock.now(), (most, hours) => ({
          message: `a time zone was chosen ${most} times within a day`,
          remedy: `Choose in ${hours} hours; until then it stays as it is.`,
        }));
        await noteEvent(context, person, 'zone_chosen');
        return { kind: 'zone', zone };
      });
      return { zone: standing.terms.zone };
    },
  };
}

/** Who reads. */
interface Reader {
  readonly actor: Actor;
  readonly person: PersonRecord;
}

function exclusionsView({ leftOut }: Standing): OwnExclusions {
  return { revision: leftOut?.revision ?? 0, exclusions: leftOut?.exclusions ?? NO_EXCLUSIONS };
}

async function layersOf(
  context: Context,
  walls: WallClocks,
  person: PersonRecord,
  reader: Reader,
): Promise<LayersView> {
  const { actor } = reader;
  const { store, control, clock } = context;
  const { org } = person;
  const [current, standing, all] = await Promise.all([
    control.current(org),
    control.standing(person),
    store.devices(org, [person.person]),
  ]);
  const isOwn = person.person === actor.person;
  const now = clock.now();
  const instant = instantOf(now, current);
  const told = await control.toldOn(org, all);
  // Which old terms stay for somebody follows from what they read and agreed to on whichever device: each says the same.
  const [anyTold] = told.values();
  const terms = anyTold === undefined ? standing.terms : termsWith(standing.terms, anyTold, instant);
  const devices = await Promise.all(
    all
      .filter(({ status }) => status === 'active')
      .map((device) => witnessOf(context, device, told.get(device.device), instant, isOwn)),
  );
  const decided = policyLayers(decidedBy(current.document), terms, now, walls);
  const isByOldTerms = oldTermsIn(decidedBy(current.document), terms, now, walls);
  const withReasons = seesActivity(actor, person);
  // Who consented is nobody's business but theirs: level, layer and what a device says would each tell.
  const withheld = isOwn ? null : await restsOnConsent(context, person);
  const shown = parameterIds.filter((id) => withheld?.has(id) !== true);
  const { jurisdiction = null, workingHours = null, version } = current.document;
  return {
    person: person.person,
    at: now,
    policyVersion: version,
    revision: isOwn ? standing.revision : null,
    unreadable: !standing.isReadable,
    jurisdiction,
    workingHours,
    clock: clockOf(standing, current, isOwn),
    leftOut: await leftOutOf(context, person, reader),
    parameters: shown.map((id) => explained(id, { current, decided, isByOldTerms, devices, withReasons })),
  };
}

/** One device in use: what was acknowledged on it, and what it says. */
interface Witness extends Pick<DeviceRecord, 'device'> {
  readonly told: Levels;
  readonly coming: ReturnType<Told['coming']>;
  readonly said: Parameters<typeof switchesOf>[0];
}

async function witnessOf(
  context: Context,
  device: DeviceRecord,
  told: Told | undefined,
  instant: number,
  isOwn: boolean,
): Promise<Witness> {
  const receipt = await context.control.lastSaid(device);
  const said = receipt?.said.parameters ?? {};
  return {
    device: device.device,
    told: told?.at(instant) ?? toldOnAny([]),
    coming: told?.coming(instant) ?? {},
    said: isOwn ? said : without(said, await restsOnConsent(context, device, receipt?.said)),
  };
}

function explained(
  parameter: ExplainedParameter['parameter'],
  {
    current,
    decided,
    isByOldTerms,
    devices,
    withReasons,
  }: {
    current: PublishedPolicy;
    decided: readonly Layer[];
    isByOldTerms: ReturnType<typeof oldTermsIn>;
    devices: readonly Witness[];
    withReasons: boolean;
  },
): ExplainedParameter {
  const acknowledged = (told: Levels): readonly Layer[] => [...decided, { name: 'acknowledgement', ceilings: told }];
  const most = explain(parameter, acknowledged(toldOnAny(devices.map(({ told }) => told))));
  const { purpose, basis, schedule, reviewBy = null } = current.document.parameters[parameter];
  return {
    parameter,
    level: most.level,
    decidedBy: most.decidedBy,
    layers: most.layers.map((one) => ({ ...one, byOldTerms: isByOldTerms(one.layer, parameter) })),
    ...{ purpose, basis, schedule, reviewBy },
    devices: devices.map(({ device, told, coming, said }) => {
      const state = switchesOf(said)[parameter];
      const reason = withReasons ? (said[parameter]?.reason ?? null) : null;
      return {
        device,
        ...resolveFor(parameter, acknowledged(told)),
        coming: coming[parameter] ?? null,
        reported: state === undefined ? null : { state, reason },
      };
    }),
  };
}

/** The zone that somebody has named tells where they live, or are: it is theirs. */
function clockOf(standing: Standing, { document }: PublishedPolicy, isOwn: boolean): LayersView['clock'] {
  const { zone } = standing.terms;
  if (zone === null) return { of: 'organisation', zone: document.workingHours?.zone ?? null };
  return { of: 'person', zone: isOwn ? zone : null };
}

async function leftOutOf(context: Context, person: PersonRecord, reader: Reader): Promise<PersonLeftOut> {
  const { held } = await context.control.standing(person);
  return {
    person: await heldView(context, person.org, held.person),
    teams: await teamsLeavingOut(context, person, reader),
  };
}

async function teamsLeavingOut(
  context: Context,
  { org, teams }: PersonRecord,
  { actor, person: self }: Reader,
): Promise<PersonLeftOut['teams']> {
  const records = (await context.store.teams(org)).filter(({ team }) => teams.includes(team));
  const views = records.map(async (record) => {
    const view = await teamView(context, org, await teamLeaving(context, org, record.team).catch(() => null));
    if (Object.keys(view.ceilings).length === 0) return [];
    const name = seesTeam(actor, self, record.team) ? await context.accounts.teamName(record) : null;
    return [{ ...view, team: record.team, name }];
  });
  return (await Promise.all(views)).flat();
}

/** As many at once as have their turn soon: decisions of one organisation are made one after the other. */
const AT_ONCE = 8;

/** Each by itself, so that what fails for one keeps it from nobody else. */
async function reachMembers(context: Context, members: readonly PersonRecord[]): Promise<void> {
  const limited = createLimited(AT_ONCE);
  const reached = await Promise.allSettled(members.map((one) => limited.run(() => followTeams(context, one))));
  const failed = reached.find((one) => one.status === 'rejected');
  if (failed === undefined) return;
  throw new DaylightError('unavailable', 'it is on record, and does not hold yet for everybody in the team', {
    remedy: 'Do it again: those who have it already are left as they are.',
    cause: failed.reason,
  });
}

async function teamView(
  context: Context,
  org: OrgId,
  setting: Awaited<ReturnType<typeof teamLeaving>>,
): Promise<LeftOutView> {
  if (setting === null) return heldView(context, org, null);
  const { revision, at: since, value } = setting;
  if (value !== null) return heldView(context, org, { revision, since, ...value });
  // Damaged: nobody can say what it was. Whoever says it again begins here.
  return { ...(await heldView(context, org, null)), revision };
}

async function heldView(context: Context, org: OrgId, held: Held | null): Promise<LeftOutView> {
  if (held === null) return { revision: 0, ceilings: {}, since: null, by: null, byName: null, words: null };
  const { revision, ceilings, since, by, words } = held;
  const author = await context.store.person(org, by);
  const byName = author === null ? null : (await context.accounts.profile(author)).name;
  return { revision, ceilings: LeftOut.parse(ceilings), since, by, byName, words };
}

/** Whether something is limited less than before. */
function givesBack(before: LeftOut, after: LeftOut): boolean {
  return parameterIds.some((id) => {
    const [was, is] = [before[id], after[id]];
    return was !== undefined && (is === undefined || rank(id, is) > rank(id, was));
  });
}

function changedMeanwhile(cause?: unknown): DaylightError {
  return new DaylightError('conflict', 'baseRevision: somebody has changed it meanwhile', {
    field: 'baseRevision',
    remedy: 'Look at what holds now, and change that.',
    cause,
  });
}
