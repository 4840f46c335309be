import { DaylightError } from '../../../shared/errors.ts';
import type { PolicyView } from '../../../shared/protocol/http/policy.ts';
import type { PublishedPolicy } from '../../control/control.ts';
import { noticeView } from '../../control/notices.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import type { OpenStreams } from '../openStreams.ts';
import { followProof } from '../proofStream.ts';

/** The policy, its notice, and the proof that it is in force. */
export function policy(
  context: Context,
  streams: OpenStreams,
): HandlersOf<'policy' | 'policyVersion' | 'publishPolicy' | 'proof' | 'proofStream' | 'notice'> {
  const { control } = context;
  return {
    async policy({ signedIn: { actor } }) {
      return policyView(await control.current(actor.org));
    },
    async policyVersion({ params, signedIn: { actor } }) {
      const published = await control.version(actor.org, params.version);
      if (published === null) throw new DaylightError('not_found', 'there is no such version');
      return policyView(published);
    },
    async publishPolicy({ body, leave }) {
      return policyView(await control.publish(leave, body));
    },
    async proof({ signedIn: { actor } }) {
      return control.proof(actor.org);
    },
    async proofStream({ signedIn }) {
      const close = streams.open(signedIn.actor.person);
      return (stream) => followProof(context, signedIn, stream).finally(close);
    },
    async notice({ signedIn: { actor } }) {
      return noticeView(await control.current(actor.org));
    },
  };
}

function policyView({ document, hash, publishedAt, author, reason, signed }: PublishedPolicy): PolicyView {
  return { policy: document, hash, publishedAt, author, reason, signed };
}
