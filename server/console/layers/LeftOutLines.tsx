import { useNow } from '../../../look/useNow.ts';
import { catalog, parameterIds } from '../../../shared/catalog.ts';
import type { LeftOutView } from '../../../shared/protocol/http/layers.ts';
import { nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { limitOf } from './LeaveOutDialog.tsx';

/** What is left out, one parameter under the other, with who said so, when and why. */
export function LeftOutLines({ leftOut }: { leftOut: LeftOutView }) {
  const now = useNow();
  const { ceilings, words, byName, since } = leftOut;
  const named = parameterIds.flatMap((id) => {
    const level = ceilings[id];
    return level === undefined ? [] : [{ id, level }];
  });
  if (named.length === 0) return <p className="dl-quiet">{say('leftOut.nothing')}</p>;
  return (
    <div>
      <ul className="dl-list">
        {named.map(({ id, level }) => (
          <li key={id}>{say('leftOut.line', { parameter: catalog[id].label, limit: limitOf(level) })}</li>
        ))}
      </ul>
      {words !== null && since !== null && (
        <p className="dl-quiet dl-small">
          {say('why.heldBy', { words, who: byName ?? say('objections.someoneGone'), when: nearTime(since, now) })}
        </p>
      )}
    </div>
  );
}
