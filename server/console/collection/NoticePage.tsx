import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { Page } from '../frame/Page.tsx';
import { say } from '../strings/say.ts';
import { NoticeSheet } from './NoticeSheet.tsx';

/** What is collected now, on a page that prints. */
export function NoticePage() {
  return (
    <Page
      title={say('notice.title')}
      lead={say('notice.lead')}
      actions={
        <Button variant="default" leftSection={<IconPrinter size={17} aria-hidden />} onClick={() => window.print()}>
          {say('action.print')}
        </Button>
      }
    >
      <div className="dl-panel">
        <NoticeSheet />
      </div>
    </Page>
  );
}
