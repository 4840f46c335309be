import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { count, say } from '../strings/say.ts';
import classes from './collection.module.css';
import { type Draft, effectOf, type RuleDifference } from './draft.ts';
import { PublishDialog } from './PublishDialog.tsx';

/** What waits to be published, always in sight while there is something. */
export function DraftBar(props: {
  changes: readonly RuleDifference[];
  draft: Draft;
  baseVersion: number;
  blocked: boolean;
  onDiscard: () => void;
  onPublished: (version: number) => void;
}) {
  const { changes, blocked, onDiscard } = props;
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <section className={classes.bar} aria-label={say('draft.label')}>
      <div>
        <strong>{count('draft.changes', changes.length)}</strong>
        <p className="dl-quiet dl-small">{say(`effect.${effectOf(changes)}`)}</p>
      </div>
      <div className="dl-row">
        <Button variant="default" size="sm" onClick={onDiscard}>
          {say('draft.discard')}
        </Button>
        <Button size="sm" onClick={open} disabled={blocked}>
          {say('draft.review')}
        </Button>
      </div>
      <PublishDialog {...props} opened={opened && !blocked} onClose={close} />
    </section>
  );
}
