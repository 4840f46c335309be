import { Skeleton } from '@mantine/core';
import { say } from '../strings/say.ts';

/** The page's shape while it loads, and the word for those who do not see it. */
export function Waiting({ lines = 4 }: { lines?: number }) {
  return (
    <div role="status" className="dl-stack">
      <span className="dl-hidden">{say('state.loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={44} radius="md" />
      ))}
    </div>
  );
}
