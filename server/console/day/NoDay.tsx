import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { say } from '../strings/say.ts';
import type { Lead } from './paths.ts';

/** Of an address that names no day: nothing is read, and nothing is read in its place. */
export function NoDay({ text, today }: { text: string; today: Lead }) {
  return (
    <Page title={say('day.none')}>
      <div className="dl-stack">
        <Note tone="wait">{say('day.noneText', { text })}</Note>
        <div className="dl-row">
          <Button component={Link} variant="default" {...today}>
            {say('day.noneToday')}
          </Button>
        </div>
      </div>
    </Page>
  );
}
