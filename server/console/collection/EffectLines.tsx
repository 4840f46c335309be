import { say } from '../strings/say.ts';
import type { Effects } from './draft.ts';
import { parametersText } from './words.ts';

/** What publishing means for people, and from when. `waits`: it is published later, at a date or once it is approved. */
export function EffectLines({ effects, waits = false }: { effects: Effects; waits?: boolean }) {
  const { lowers, raised, stopped } = effects;
  return (
    <>
      {lowers && (
        <p>
          {say(waits ? 'effect.lowersThen' : 'effect.lowers')} {say('stored.later')}
        </p>
      )}
      {raised.length > 0 && <p>{say('effect.raised', { what: parametersText(raised) })}</p>}
      {stopped.length > 0 && (
        <p>{say(waits ? 'effect.stoppedThen' : 'effect.stopped', { what: parametersText(stopped) })}</p>
      )}
      {!lowers && raised.length === 0 && stopped.length === 0 && <p>{say('effect.nothing')}</p>}
    </>
  );
}
