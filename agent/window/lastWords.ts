import type { WindowNews } from '../../shared/protocol/window.ts';
import { endedLines } from '../strings/ended.ts';
import { count, listed, type StringKey, say } from '../strings/say.ts';

/** What ends the page. */
export type LastNews = Exclude<WindowNews, { kind: 'status' }>;
type Words = readonly [title: string, ...text: string[]];

/** The title, and what there is to say: who ended it, what is gone, and what to do. */
export function lastWords(news: LastNews): Words {
  if (news.kind === 'wiped') return wipedWords(news);
  const [title, text] = ended[news.why];
  return [say(title), say(text)];
}

const ended = {
  agent_ended: ['ended.title', 'ended.text'],
  no_entry: ['noEntry.title', 'noEntry.text'],
  unreachable: ['unreachable.title', 'unreachable.text'],
} as const satisfies Readonly<
  Record<Extract<LastNews, { kind: 'ended' }>['why'], readonly [title: StringKey, text: StringKey]>
>;

function wipedWords({ cause, report }: Extract<LastNews, { kind: 'wiped' }>): Words {
  const { filesRemoved, left, retired, ended } = report;
  const files = count('files', filesRemoved);
  const byOrganisation = ended === undefined ? 'wiped.byOrganisation' : 'wiped.accountEnded';
  return [
    say(`wiped.${cause}`),
    say(cause === 'employee' ? 'wiped.byYou' : byOrganisation, { files }),
    ...(ended === undefined ? [] : endedLines(ended)),
    ...(left.length === 0 ? [] : [say('wiped.left', { what: listed(left) })]),
    ...(retired ? [] : [say('wiped.notTold')]),
    say('wiped.again'),
  ];
}
