import type { OrgId } from '../../../shared/ids.ts';
import type { ControllerView, ProcessingRecord } from '../../../shared/protocol/http/processing.ts';
import { type Day, dayOf } from '../../../shared/time.ts';
import type { Authorized } from '../../authorize.ts';
import { contactsOf } from '../../control/contacts.ts';
import { assessmentSummaries } from '../../records/assessments.ts';
import { controllerOf } from '../../records/controller.ts';
import { type KeptParameter, recordOfProcessing } from '../../records/processing.ts';
import { processingPage, processingTable } from '../../records/processingPage.ts';
import { processorSummaries } from '../../records/processors.ts';
import { requireNewest } from '../../records/registers.ts';
import { regionOf } from '../../records/residency.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** The record of processing activities, and the one part of it that only people know. */
export function processing(
  context: Context,
): HandlersOf<'processingRecord' | 'processingRecordPage' | 'processingRecordTable' | 'changeController'> {
  const { registers } = context;
  return {
    processingRecord: ({ leave }) => recordNow(context, leave),
    async processingRecordPage({ leave }) {
      const record = await recordNow(context, leave);
      return { name: `record-of-processing-${dayOf(record.asOf)}.html`, text: processingPage(record) };
    },
    async processingRecordTable({ leave }) {
      const record = await recordNow(context, leave);
      return { name: `record-of-processing-${dayOf(record.asOf)}.csv`, text: processingTable(record) };
    },
    async changeController({ leave, body: { revision, details, reason } }): Promise<ControllerView> {
      const written = await registers.write(leave, 'controller', async (before) => {
        requireNewest(before, revision);
        await noteEvent(context, leave.actor, 'controller_changed');
        return { entry: details, reason };
      });
      return controllerOf(written);
    },
  };
}

async function recordNow(context: Context, { actor: { org } }: Authorized<'records.read'>): Promise<ProcessingRecord> {
  const { store, vault, control, organisations, registers, clock, overTls } = context;
  const asOf = clock.now();
  const [policy, { identity }, people, stored, controller, assessments, processors, contacts, region] =
    await Promise.all([
      control.current(org),
      organisations.signer(org),
      store.people(org),
      keptIn(context, org, dayOf(asOf)),
      registers.read(org, 'controller'),
      registers.read(org, 'assessments'),
      registers.read(org, 'processors'),
      contactsOf(store, vault, org),
      regionOf(store, vault, org),
    ]);
  return recordOfProcessing({
    ...{ asOf, organisation: { org, name: identity.name }, policy, people, stored, overTls, region },
    controller: controllerOf(controller),
    processors: processorSummaries(processors),
    assessments: assessmentSummaries(assessments, asOf),
    contacts: { authority: contacts.authority, privacy: contacts.privacy },
  });
}

async function keptIn({ store, control }: Context, org: OrgId, today: Day): Promise<readonly KeptParameter[]> {
  const [stored, ages, keeping] = await Promise.all([store.stored(org), store.ages(org), control.keeping(org)]);
  return stored.map((one) => {
    const own = ages.filter(({ parameter }) => parameter === one.parameter);
    const keptUntil =
      own
        .map((age) => keeping.until(age))
        .toSorted()
        .at(-1) ?? today;
    const past = own.filter((age) => keeping.isPast(age, today));
    return { ...one, keptUntil, pastTheirDay: past.reduce((sum, { people }) => sum + people, 0) };
  });
}
