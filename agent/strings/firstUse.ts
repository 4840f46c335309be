import type { FirstUseView } from '../../shared/protocol/window.ts';
import { levelWord } from './level.ts';
import { say } from './say.ts';
import { termsWords } from './terms.ts';

/** Before its first use on a computer: what it records, why, for how long, who sees it, and how to stop it, in one line for a terminal. */
export function firstUseLine(view: FirstUseView): string {
  const { parameter: id, label, level, text, terms, needs } = view;
  return say('firstUse.line', {
    ...{ what: label, level: levelWord(level), text, terms: termsWords(terms), stop: howToStop(view) },
    needs: needs === 'seen' ? say('firstUse.needs.seen', { id }) : say('firstUse.needs.shown'),
  });
}

/** By what it rests on: each basis leaves the person another say. */
export function howToStop({ parameter: id, terms: { basis } }: FirstUseView): string {
  if (basis === 'consent') return say('firstUse.withdraw', { id });
  return say(basis === 'legitimate_interest' ? 'firstUse.object' : 'firstUse.ask');
}
