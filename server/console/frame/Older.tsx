import { Button } from '@mantine/core';
import { useLayoutEffect, useRef } from 'react';
import { Failure } from './Failure.tsx';

/** A list that is read page by page, newest first. */
export interface Paged {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly error: unknown;
  fetchNextPage(): Promise<unknown>;
}

/**
 * The way to what is older, below a list, and how much of it is shown. The keyboard stays where it is: on the button, and
 * when there is nothing older any more, on the words that say so.
 */
export function Older({ pages, label, shown }: { pages: Paged; label: string; shown: string }) {
  const words = useRef<HTMLParagraphElement>(null);
  const wasAsked = useRef(false);
  // The button goes with the last page; a keyboard that was on it must not be sent to the top of the page.
  useLayoutEffect(() => {
    if (wasAsked.current && !pages.hasNextPage && document.activeElement === document.body) words.current?.focus();
  }, [pages.hasNextPage]);
  const read = () => {
    if (pages.isFetchingNextPage) return;
    wasAsked.current = true;
    void pages.fetchNextPage();
  };
  return (
    <div className="dl-stack">
      {pages.isFetchNextPageError && <Failure error={pages.error} />}
      <div className="dl-row">
        {pages.hasNextPage && (
          // Not `loading`: a disabled button loses the keyboard.
          <Button variant="default" aria-disabled={pages.isFetchingNextPage} onClick={read}>
            {label}
          </Button>
        )}
        <p ref={words} tabIndex={-1} role="status" className="dl-quiet dl-small">
          {shown}
        </p>
      </div>
    </div>
  );
}
