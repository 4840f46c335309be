import type { AgentStatus } from '../../shared/protocol/window.ts';
import { filedLine } from '../strings/request.ts';
import { say } from '../strings/say.ts';

/** Each request that waits for "that was me", a line for all that is signed of it; none when none waits. `time` formats an instant. */
export function requestLines({ requests }: Pick<AgentStatus, 'requests'>, time: (at: number) => string): string[] {
  return requests.flatMap(({ request, filedAt, content, representative }) => [
    '',
    filedLine(content, time(filedAt)),
    ...quoted(content.words),
    ...(representative === null
      ? []
      : [
          say('requests.by', { name: representative.name, reference: representative.reference }),
          ...quoted(representative.words),
        ]),
    say('requests.answerWith', { id: request }),
  ]);
}

function quoted(words: string): string[] {
  return words === '' ? [] : words.split('\n').map((line) => say('requests.words', { line }));
}
