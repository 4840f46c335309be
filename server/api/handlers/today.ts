import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import type { OpenStreams } from '../openStreams.ts';
import { beginToday } from '../today.ts';
import { followToday, TODAY_STREAM_MS } from '../todayStream.ts';

/** What people are doing now. */
export function today(context: Context, streams: OpenStreams): HandlersOf<'today' | 'todayStream'> {
  return {
    async today({ query, signedIn: { actor } }) {
      return (await beginToday(context, actor, query, 'today')).report('everyone', null);
    },
    async todayStream({ query, signedIn }) {
      const close = streams.open(signedIn.actor.person);
      try {
        const begun = await beginToday(context, signedIn.actor, query, 'today_live');
        const endsAt = context.clock.now() + TODAY_STREAM_MS;
        const first = await begun.report('everyone', endsAt);
        const watch = { signedIn, question: query, today: begun, first, endsAt };
        return (stream) => followToday(context, watch, stream).finally(close);
      } catch (cause) {
        close();
        throw cause;
      }
    },
  };
}
