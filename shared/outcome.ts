import { z } from 'zod';

/** Why an observation was not stored. Every observation ends as stored or as discarded for exactly one of these. */
export const DiscardReason = z.enum([
  'malformed', // not a known kind, an unknown field, a value out of bounds, or one that cannot be judged
  'policy_unknown', // the batch names a policy version that this organisation never published
  'off_at_capture', // the parameter, or this level of it, was not allowed when it was captured
  'off_at_receipt', // allowed then, not allowed now
  'not_consented', // it rests on consent, and the person had given none when it was captured, or has none now
  'objected', // the person objected to it before it was captured, or before it was received
  'restricted', // the person has had what is stored of it kept and nothing added, since before it was captured or received
  'under_age', // the person was said not to be of age before it was captured, or before it was received
  'notice_not_acknowledged', // the person has not been shown, and acknowledged, that this is collected
  'lease_ended', // captured after the device's lease had run out
  'review_overdue', // captured after the day by which the organisation had to assess it again
  'outside_schedule', // captured outside of the person's working hours
  'outside_session', // stamped before the session's start, after its stop, or in no session
  'clock_implausible', // stamped in the future, or not in the device's clock
  'erased', // captured within what was erased since
  'past_retention', // older than the parameter's retention: storing it would outlive its promise
  'rate_exceeded', // more often than the policy allows
  'image_missing', // names an image that was not uploaded whole, or whose digest does not fit
  'special_category', // reveals health, religion, union, dating, banking … and must have been `private`
  'excluded', // of an application or a site that the organisation leaves out
]);
export type DiscardReason = z.infer<typeof DiscardReason>;

export type Outcome = { readonly kind: 'stored' } | { readonly kind: 'discarded'; readonly reason: DiscardReason };

/** Why an observation that the agent had recorded was never sent. Counted in the batch that would have carried it. */
export const DropCause = z.enum([
  'purged_by_policy', // its parameter was lowered before it was sent
  'dropped_by_employee', // the employee dropped a screenshot in review
  'idle_not_kept', // captured while the employee was away, and they did not answer "keep"
  'evicted', // the spool was full
  'unreadable', // the spool file was damaged
  'perhaps_sent', // the agent's folder was copied or restored, and another copy of it may have sent this
]);
export type DropCause = z.infer<typeof DropCause>;
