import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { type Difference } from '../../../shared/policy/differences.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { count, say } from '../strings/say.ts';
import classes from './collection.module.css';
import type { Draft, Effects } from './draft.ts';
import { EffectLines } from './EffectLines.tsx';
import { PublishDialog } from './PublishDialog.tsx';

/** What waits to be published, always in sight while there is something. */
export function DraftBar(props: {
  changes: readonly Difference[];
  effects: Effects;
  policy: PolicyDocument;
  draft: Draft;
  baseVersion: number;
  blocked: boolean;
  /** How it is kept for others. */
  save: ReactNode;
  onDiscard: () => void;
  onPublished: (version: number | null) => void;
}) {
  const { changes, effects, blocked, save, onDiscard } = props;
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <section className={classes.bar} aria-label={say('draft.label')}>
      <div className={classes.barWords}>
        <strong>{count('draft.changes', changes.length)}</strong>
        <div className={`dl-quiet dl-small ${classes.barEffects}`}>
          <EffectLines effects={effects} />
        </div>
      </div>
      <div className="dl-row">
        {save}
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
