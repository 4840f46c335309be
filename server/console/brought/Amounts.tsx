import { catalog } from '../../../shared/catalog.ts';
import type { ImportContents } from '../../../shared/protocol/http/imports.ts';
import { longDay } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

/** How much there is of what, and of which days. */
export function Amounts({ parameters, images }: Pick<ImportContents, 'parameters' | 'images'>) {
  const days = parameters.flatMap((one) => one.days).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  return (
    <>
      {first !== undefined && last !== undefined && (
        <p>
          {first === last
            ? say('brought.spanOneDay', { from: longDay(first) })
            : say('brought.span', { from: longDay(first), to: longDay(last) })}
        </p>
      )}
      <ul className="dl-list">
        {parameters.map(({ parameter, records, days: own }) => (
          <li key={parameter}>
            {say('brought.parameter', {
              label: catalog[parameter].label,
              records: count('brought.records', records),
              days: count('days', own.length),
            })}
          </li>
        ))}
        {images > 0 && <li>{count('brought.images', images)}</li>}
      </ul>
    </>
  );
}
