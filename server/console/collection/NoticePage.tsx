import { Button } from '@mantine/core';
import { IconHistory, IconPrinter } from '@tabler/icons-react';
import { Link, useParams } from 'react-router';
import { useNotice } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { WhomToAsk } from '../contacts/WhomToAsk.tsx';
import { may } from '../frame/may.ts';
import { NoSuchPage } from '../frame/NoSuchPage.tsx';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { say } from '../strings/say.ts';
import { NoticeInForce } from './NoticeInForce.tsx';
import { NoticeSheet } from './NoticeSheet.tsx';

/** What is collected now, on a page that prints. */
export function NoticePage() {
  const { role } = useMe().person;
  return (
    <Page
      title={say('notice.title')}
      lead={say('notice.lead')}
      actions={
        <>
          <Button
            component={Link}
            to="/notice/history"
            variant="default"
            leftSection={<IconHistory size={17} aria-hidden />}
          >
            {say('history.open')}
          </Button>
          <Print />
        </>
      }
    >
      <div className="dl-stack">
        <NoticeInForce />
        {may.changeContacts(role) && <WhomToAsk />}
      </div>
    </Page>
  );
}

/** The notice of one version, as it was given to people. */
export function NoticeVersionPage() {
  const { version: text = '' } = useParams();
  const version = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
  const inForce = useNotice().data?.version;
  if (version === null) return <NoSuchPage />;
  return (
    <Page
      title={say('notice.ofVersion', { version })}
      lead={say('notice.ofVersionLead')}
      actions={
        <>
          <Button component={Link} to="/notice/history" variant="default">
            {say('history.back')}
          </Button>
          <Print />
        </>
      }
    >
      <div className="dl-panel dl-stack">
        {inForce !== undefined && inForce !== version && (
          <Note tone="wait">
            <p>
              {say('notice.over', { version, inForce })} <Link to="/notice">{say('notice.toInForce')}</Link>
            </p>
          </Note>
        )}
        <NoticeSheet version={version} />
      </div>
    </Page>
  );
}

function Print() {
  return (
    <Button variant="default" leftSection={<IconPrinter size={17} aria-hidden />} onClick={() => window.print()}>
      {say('action.print')}
    </Button>
  );
}
