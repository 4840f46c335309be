import { IconArrowDown, IconArrowUp, IconPencil, type TablerIcon } from '@tabler/icons-react';
import { type Difference, type Direction, keyOf } from '../../../shared/policy/differences.ts';
import { say } from '../strings/say.ts';
import classes from './collection.module.css';
import { differenceText, subjectOf } from './words.ts';

const icons: Readonly<Record<Direction, TablerIcon>> = { lower: IconArrowDown, raise: IconArrowUp, reword: IconPencil };

/** Changes one under the other: of what, from what to what, and whether that is less or more collected. */
export function Changes({ changes }: { changes: readonly Difference[] }) {
  return (
    <ul className={classes.changes}>
      {changes.map((change) => {
        const Icon = icons[change.direction];
        return (
          <li key={keyOf(change)}>
            <strong>{subjectOf(change)}</strong> <span className="dl-quiet">·</span> {differenceText(change)}{' '}
            <span className="dl-quiet dl-small">
              <Icon size={14} aria-hidden /> {say(`direction.${change.direction}`)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
