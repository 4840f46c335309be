import { DaylightError } from '../../../shared/errors.ts';
import type { OrgId, PersonId } from '../../../shared/ids.ts';
import { HISTORY_PAGE, type PolicyView, type PublishedVersion } from '../../../shared/protocol/http/policy.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import type { OpenStreams } from '../openStreams.ts';
import { followProof } from '../proofStream.ts';

/** The policy, its notice, and the proof that it is in force. */
export function policy(
  context: Context,
  streams: OpenStreams,
): HandlersOf<
  | 'policy'
  | 'policyVersion'
  | 'policyHistory'
  | 'publishPolicy'
  | 'proof'
  | 'proofStream'
  | 'notice'
  | 'noticeVersion'
  | 'noticeTexts'
  | 'noticeText'
> {
  const { control, notices } = context;
  const versionOf = async (org: OrgId, version: number): Promise<PublishedPolicy> => {
    const published = await control.version(org, version);
    if (published === null) throw new DaylightError('not_found', 'there is no such version');
    return published;
  };
  /** Who approved what was published, by version. */
  const approversOf = async (org: OrgId): Promise<Approvers> => {
    const { proposals } = await control.proposals.view(org);
    return new Map(
      proposals.flatMap(({ version, approvedBy }) =>
        version === null || approvedBy === null ? [] : [[version, approvedBy] as const],
      ),
    );
  };
  const viewOf = async (published: PublishedPolicy): Promise<PolicyView> => {
    const approvers = await approversOf(published.document.org);
    return { ...publishedVersion(published, approvers), signed: published.signed };
  };
  return {
    async policy({ signedIn: { actor } }) {
      return viewOf(await control.current(actor.org));
    },
    async policyVersion({ params, signedIn: { actor } }) {
      return viewOf(await versionOf(actor.org, params.version));
    },
    async policyHistory({ query: { before = Number.POSITIVE_INFINITY }, signedIn: { actor } }) {
      const all = await control.history(actor.org);
      const older = all.filter(({ document }) => document.version < before);
      const approvers = await approversOf(actor.org);
      const page = older.slice(-HISTORY_PAGE).toReversed();
      return { versions: page.map((one) => publishedVersion(one, approvers)) };
    },
    async publishPolicy({ body, leave }) {
      const published = await control.publish(leave, body);
      await notices.of(published, 'in_force');
      return viewOf(published);
    },
    async proof({ signedIn: { actor } }) {
      return control.proof(actor.org);
    },
    async proofStream({ signedIn }) {
      const close = streams.open(signedIn.actor.person);
      return (stream) => followProof(context, signedIn, stream).finally(close);
    },
    async notice({ signedIn: { actor } }) {
      return notices.of(await control.current(actor.org), 'in_force');
    },
    async noticeVersion({ params, signedIn: { actor } }) {
      const current = await control.current(actor.org);
      if (current.document.version === params.version) return notices.of(current, 'in_force');
      return notices.of(await versionOf(actor.org, params.version), 'past');
    },
    async noticeTexts({ signedIn: { actor } }) {
      const [texts, translations] = [await notices.heads(actor.org), await notices.translationHeads(actor.org)];
      return { texts: [...texts], translations: [...translations] };
    },
    async noticeText({ params, signedIn: { actor } }) {
      const notice = await notices.byHash(actor.org, params.hash);
      if (notice === null) throw new DaylightError('not_found', 'there is no notice with this hash');
      return notice;
    },
  };
}

type Approvers = ReadonlyMap<number, PersonId>;

function publishedVersion(
  { document, hash, publishedAt, author, reason }: PublishedPolicy,
  approvers: Approvers,
): PublishedVersion {
  const approvedBy = approvers.get(document.version);
  return { policy: document, hash, publishedAt, author, ...(approvedBy === undefined ? {} : { approvedBy }), reason };
}
