import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from 'react-router';
import { Mark } from '../../../look/Mark.tsx';
import type { PolicyKeyView } from '../../../shared/protocol/http/policyKeys.ts';
import { usePolicyKeys } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { may } from '../frame/may.ts';
import { Page } from '../frame/Page.tsx';
import { useNames } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { RotateDialog } from './RotateDialog.tsx';

/** Which key signs what is collected, and which ones did before. The same for everyone in the organisation. */
export function KeysPage() {
  const keys = usePolicyKeys();
  const [inForce, ...before] = keys.data?.keys ?? [];
  return (
    <Page
      title={say('keys.title')}
      lead={say('keys.lead')}
      actions={
        <Button component={Link} to="/notice/history" variant="default">
          {say('history.back')}
        </Button>
      }
    >
      <div className="dl-stack">
        {keys.isPending && <Waiting lines={4} />}
        {keys.isError && <Failure error={keys.error} retry={() => void keys.refetch()} />}
        {inForce !== undefined && <InForce inForce={inForce} />}
        {before.length > 0 && <Before keys={before} />}
      </div>
    </Page>
  );
}

function InForce({ inForce }: { inForce: PolicyKeyView }) {
  const me = useMe();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="key-in-force">
      <div>
        <div className="dl-row">
          <h2 id="key-in-force">{say('keys.number', { number: inForce.sequence + 1 })}</h2>
          <Mark tone="on">{say('keys.inForce')}</Mark>
        </div>
        <p className="dl-quiet dl-small">
          <Origin of={inForce} />
        </p>
      </div>
      <Fingerprint of={inForce} />
      {may.rotateKey(me.person.role) && (
        <div>
          <Button variant="default" onClick={open}>
            {say('keys.rotate')}
          </Button>
        </div>
      )}
      <RotateDialog inForce={inForce} opened={opened} onClose={close} />
    </section>
  );
}

function Before({ keys }: { keys: readonly PolicyKeyView[] }) {
  return (
    <section className="dl-panel dl-stack" aria-labelledby="keys-before">
      <h2 id="keys-before">{say('keys.before')}</h2>
      <p>{say('keys.beforeText')}</p>
      {keys.map((one) => (
        <article key={one.sequence} aria-label={say('keys.number', { number: one.sequence + 1 })}>
          <h3>{say('keys.number', { number: one.sequence + 1 })}</h3>
          <p className="dl-quiet dl-small">
            <Origin of={one} />
          </p>
          <Fingerprint of={one} />
        </article>
      ))}
    </section>
  );
}

function Origin({ of: { since, reason, author } }: { of: PolicyKeyView }) {
  const nameOf = useNames();
  const when = dateTime(since);
  if (reason === null) return <>{say('keys.first', { when })}</>;
  const by = author === null ? say('keys.onHost') : (nameOf(author) ?? say('author.owner'));
  return <>{say('keys.since', { when, by, reason: say(`keys.reason.${reason}`) })}</>;
}

/** The first 16 of 64 digits: enough for two people to see whether they mean the same one. The whole is in the title. */
function Fingerprint({ of: { keyId } }: { of: PolicyKeyView }) {
  return (
    <p className="dl-small">
      {say('keys.fingerprint')} <code title={keyId}>{(keyId.slice(0, 16).match(/.{4}/g) ?? []).join(' ')}</code>
    </p>
  );
}
