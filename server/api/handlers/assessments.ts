import type { AssessmentsView } from '../../../shared/protocol/http/assessments.ts';
import { assessmentsView, requireReviewable } from '../../records/assessments.ts';
import { itemsOf, requireItem } from '../../records/numbered.ts';
import { newest, requireNewest } from '../../records/registers.ts';
import { selfCheck } from '../../records/selfCheck.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { noteEvent } from '../securityEvents.ts';

/** The register of impact assessments, and whether the records are in order. */
export function assessments(context: Context): HandlersOf<'assessments' | 'recordAssessment' | 'selfCheck'> {
  const { registers, control, clock } = context;
  return {
    async assessments({ leave: { actor } }) {
      return assessmentsView(await registers.read(actor.org, 'assessments'), clock.now());
    },
    async recordAssessment({ leave, body: { revision, number, assessment, reason } }): Promise<AssessmentsView> {
      const written = await registers.write(leave, 'assessments', async (before) => {
        requireNewest(before, revision);
        if (number !== null) requireItem(itemsOf(before), number);
        requireReviewable(assessment, clock.now());
        await noteEvent(context, leave.actor, 'assessment_recorded');
        return { entry: { ...assessment, number: number ?? newest(before) + 1 }, reason };
      });
      await control.bringReviews(leave);
      return assessmentsView(written, clock.now());
    },
    selfCheck: ({ leave: { actor } }) => selfCheck(context, actor.org),
  };
}
