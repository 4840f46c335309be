import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { say } from '../strings/say.ts';

/**
 * Copies a text, and says whether that worked: the clipboard is not there on a plain-HTTP address other than localhost. Another
 * text in its place has not been copied.
 */
export function CopyText({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState<{ of: string; state: 'copied' | 'refused' } | null>(null);
  const state = done?.of === text ? done.state : 'ready';
  const copy = () =>
    copyText(text).then(
      () => setDone({ of: text, state: 'copied' }),
      () => setDone({ of: text, state: 'refused' }),
    );
  const Icon = state === 'copied' ? IconCheck : IconCopy;
  return (
    <Button variant="default" size="xs" leftSection={<Icon size={16} aria-hidden />} onClick={() => void copy()}>
      <span aria-live="polite">{wordsOf(state, label)}</span>
    </Button>
  );
}

async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text); // throws where there is no clipboard
}

function wordsOf(state: 'ready' | 'copied' | 'refused', label: string): string {
  if (state === 'copied') return say('action.copied');
  return state === 'refused' ? say('action.copyRefused') : label;
}
