import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { Navigate, useLocation } from 'react-router';
import { z } from 'zod';
import type { EndingView } from '../../../shared/protocol/http/endings.ts';
import { Entrance } from '../entry/Entrance.tsx';
import { CopyText } from '../frame/CopyText.tsx';
import { say } from '../strings/say.ts';

export const ENDED_PATH = '/organisation-ended';

const LastWords = z.strictObject({
  certificate: z.url({ protocol: /^https?$/ }),
  /** It is decided, and a step failed after that. */
  isDecidedOnly: z.boolean().default(false),
});

/** What goes along to the last page: in the state of the history, so that a reload keeps it and no link that somebody made has it. */
export function lastWords({ address, state }: Pick<EndingView, 'address' | 'state'>): z.infer<typeof LastWords> {
  return { certificate: address, isDecidedOnly: state === 'committed' };
}

/** The last page of an organisation, for the owner who ended it: nobody can sign in to see the address again. */
export function OrganisationEnded() {
  const words = LastWords.safeParse(useLocation().state).data;
  if (words === undefined) return <Navigate to="/" replace />;
  return (
    <Entrance title={say(words.isDecidedOnly ? 'organisationEnded.titleDecided' : 'organisationEnded.title')}>
      <p role="status">{say(words.isDecidedOnly ? 'organisationEnded.decided' : 'organisationEnded.done')}</p>
      <p>{say('organisationEnded.keep')}</p>
      <p style={{ overflowWrap: 'anywhere' }}>
        <a href={words.certificate} target="_blank" rel="noreferrer">
          {words.certificate}
        </a>
      </p>
      <p className="dl-quiet dl-small">{say('organisationEnded.when')}</p>
      <div className="dl-row dl-noprint">
        <Button size="xs" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
          {say('action.print')}
        </Button>
        <CopyText text={words.certificate} label={say('organisationEnded.copy')} />
      </div>
    </Entrance>
  );
}
