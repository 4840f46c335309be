import { say } from '../strings/say.ts';
import { Empty, Page } from './Page.tsx';

/** Of an address that leads nowhere. */
export function NoSuchPage() {
  return (
    <Page title={say('missing.title')}>
      <Empty>{say('missing.text')}</Empty>
    </Page>
  );
}
