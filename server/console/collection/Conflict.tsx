import { Button } from '@mantine/core';
import { type Difference } from '../../../shared/policy/differences.ts';
import type { PolicyView } from '../../../shared/protocol/http/policy.ts';
import { Note } from '../frame/Note.tsx';
import { useAuthorName } from '../frame/useNames.ts';
import { exactNear } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Changes } from './Changes.tsx';

/** Someone else published first. Their change is shown, and the draft is kept until its author decides. */
export function Conflict(props: {
  theirs: readonly Difference[];
  both: readonly Difference[];
  current: PolicyView;
  onKeep: () => void;
  onDiscard: () => void;
}) {
  const { theirs, both, current, onKeep, onDiscard } = props;
  const author = useAuthorName(current.author);
  const version = current.policy.version;
  return (
    <Note tone="gone">
      <p>
        <strong>{say('conflict.title', { version, author, time: exactNear(current.publishedAt, Date.now()) })}</strong>
      </p>
      <p>{say('conflict.reason', { reason: current.reason })}</p>
      <Changes changes={theirs} />
      {both.length > 0 && (
        <>
          <p>{say('conflict.both')}</p>
          <Changes changes={both} />
        </>
      )}
      <p>{say('conflict.kept')}</p>
      <div className="dl-row">
        <Button size="xs" onClick={onKeep}>
          {say('conflict.keep', { version })}
        </Button>
        <Button size="xs" variant="default" onClick={onDiscard}>
          {say('draft.discard')}
        </Button>
      </div>
    </Note>
  );
}
