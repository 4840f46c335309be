import { canonical } from '../../shared/canonical.ts';
import type { PersonId } from '../../shared/ids.ts';
import { raisesAnything } from '../../shared/policy/changeClass.ts';
import type { PolicyDocument } from '../../shared/policy/policy.ts';
import type { ProposalState, ProposalStep, ProposalsView, ProposalView } from '../../shared/protocol/http/proposals.ts';
import { ALONE_HOURS } from '../../shared/protocol/http/registerEntry.ts';
import { HOUR, type UnixMs } from '../../shared/time.ts';

/** One entry of what was put forward in an organisation and what was done about it, in its place. */
export interface LoggedStep {
  readonly revision: number;
  readonly at: UnixMs;
  /** Null for one that was changed in the store since: nobody can say what stood there. */
  readonly said: {
    /** Null: the server. */
    readonly author: PersonId | null;
    readonly reason: string;
    /** The revision of the entry that proposed it. */
    readonly number: number;
    readonly step: ProposalStep;
  } | null;
}

/** What the policies say of it. In order of version. */
export interface Publications {
  readonly published: readonly {
    readonly document: PolicyDocument;
    readonly author: PersonId | null;
    readonly publishedAt: UnixMs;
  }[];
}

type Proposed = Extract<ProposalStep, { kind: 'proposed' }>;
interface Begun {
  readonly number: number;
  readonly at: UnixMs;
  readonly by: PersonId;
  readonly reason: string;
  readonly step: Proposed;
  readonly answers: readonly (LoggedStep & { readonly said: NonNullable<LoggedStep['said']> })[];
  /** Something that was said later, perhaps about it, cannot be read. */
  readonly isDamaged: boolean;
}

/**
 * What holds of all that was put forward, at an instant. Pure. What was approved counts by another person than its author and for the very
 * text that was looked at alone, however it came into the store; and where an entry cannot be read, what it might have forbidden is.
 */
export function proposalsView(log: readonly LoggedStep[], policies: Publications, now: UnixMs): ProposalsView {
  const begun = begunIn(log);
  const secondRequired = isSecondRequired(log, begun, now);
  const proposals = begun.map((one) => viewOf(one, policies, secondRequired, now)).toReversed();
  return { asOf: now, secondRequired, proposals, unreadable: log.filter(({ said }) => said === null).length };
}

function begunIn(log: readonly LoggedStep[]): readonly Begun[] {
  return log.flatMap(({ revision, at, said }) => {
    if (said === null || said.step.kind !== 'proposed' || said.number !== revision || said.author === null) return [];
    const later = log.filter((one) => one.revision > revision);
    const answers = later.flatMap((one) =>
      one.said !== null && one.said.number === revision ? [{ ...one, said: one.said }] : [],
    );
    const isDamaged = later.some((one) => one.said === null);
    return [{ number: revision, at, by: said.author, reason: said.reason, step: said.step, answers, isDamaged }];
  });
}

/** What was said last counts. What cannot be read may have asked for a second person, and so it does. */
function isSecondRequired(log: readonly LoggedStep[], begun: readonly Begun[], now: UnixMs): boolean {
  const on = log.filter(({ said }) => said === null || said.step.kind === 'second_on').map(({ at }) => at);
  const off = begun.flatMap((one) => {
    if (one.step.content.kind !== 'second_off' || endOf(one) !== null) return [];
    const { from } = approved(one, true);
    return from !== null && from <= now ? [from] : [];
  });
  return on.length > 0 && Math.max(...on) >= Math.max(Number.NEGATIVE_INFINITY, ...off);
}

function viewOf(one: Begun, policies: Publications, secondRequired: boolean, now: UnixMs): ProposalView {
  const { number, at, by, reason, step, answers } = one;
  const { content, hash, alone } = step;
  const needsSecond = step.second || (secondRequired && takesAnything(one, policies));
  const { from, approvedBy } = approved(one, needsSecond);
  const publishAt = content.kind === 'policy' ? content.publishAt : null;
  const due = from === null ? null : Math.max(from, publishAt ?? from);
  const version = content.kind === 'policy' ? publishedAs(content.document, by, policies) : null;
  const end = endOf(one);
  const state = stateOf();
  return {
    ...{ number, content, hash, proposedBy: by, proposedAt: at, reason, needsSecond, alone },
    ...{ state, endedAt: endedAt(), due, approvedBy, version, why: end?.kind === 'not_published' ? end.why : null },
    steps: [
      { at, by, kind: 'proposed', reason },
      ...answers.flatMap(({ at: then, said: { author, reason: words, step: answer } }) =>
        answer.kind === 'second_on' || answer.kind === 'proposed'
          ? []
          : [{ at: then, by: author, kind: answer.kind, reason: words }],
      ),
    ],
  };

  function endedAt(): UnixMs | null {
    if (state === 'overtaken' && content.kind === 'policy')
      return policies.published.find(({ document }) => document.version >= content.document.version)?.publishedAt ?? at;
    if (state === 'waiting' || state === 'scheduled' || state === 'done') return null;
    // Nobody knows when an entry was damaged: it counts from the day that it would have been published.
    return answers.find(({ said }) => isEnd(said.step))?.at ?? due ?? at;
  }

  function stateOf(): ProposalState {
    if (version !== null) return 'done';
    if (end !== null) return end.kind;
    if (content.kind === 'policy' && newestOf(policies) >= content.document.version) return 'overtaken';
    if (due === null) return 'waiting';
    return content.kind === 'second_off' && due <= now ? 'done' : 'scheduled';
  }
}

/** From when it counts, whatever its date. */
function approved(
  { at, by, step: { alone, hash }, answers }: Begun,
  needsSecond: boolean,
): { from: UnixMs | null; approvedBy: PersonId | null } {
  if (!needsSecond) return { from: at, approvedBy: null };
  const byItself = alone ? at + ALONE_HOURS * HOUR : null;
  const approval = answers.find(({ said: { author, step } }) => {
    return step.kind === 'approved' && step.hash === hash && author !== null && author !== by;
  });
  if (approval === undefined || (byItself !== null && approval.at >= byItself)) {
    return { from: byItself, approvedBy: null };
  }
  return { from: approval.at, approvedBy: approval.said.author };
}

type End = Extract<ProposalStep, { kind: 'refused' | 'withdrawn' | 'not_published' }>;

function endOf({ answers, isDamaged }: Begun): End | null {
  const ends = answers.flatMap(({ said: { step } }) => (isEnd(step) ? [step] : []));
  return ends[0] ?? (isDamaged ? { kind: 'not_published', why: 'damaged' } : null);
}

function isEnd(step: ProposalStep): step is End {
  return step.kind === 'refused' || step.kind === 'withdrawn' || step.kind === 'not_published';
}

function takesAnything({ step: { content } }: Begun, { published }: Publications): boolean {
  if (content.kind === 'second_off') return true;
  const base = published.find(({ document }) => document.version === content.document.version - 1);
  return base === undefined || raisesAnything(base.document, content.document);
}

/** The published version that has every word of it, but for the moment from which it is in force. */
function publishedAs(proposed: PolicyDocument, by: PersonId, { published }: Publications): number | null {
  const found = published.find(({ document }) => document.version === proposed.version);
  if (found === undefined || found.author !== by) return null;
  const { notBefore } = proposed;
  return canonical({ ...found.document, notBefore }) === canonical(proposed) ? proposed.version : null;
}

function newestOf({ published }: Publications): number {
  return published.at(-1)?.document.version ?? 0;
}

/** What may be published, or does hold, at the instant. */
export function isDue({ state, due, content }: ProposalView, now: UnixMs): boolean {
  return state === 'scheduled' && content.kind === 'policy' && due !== null && due <= now;
}
