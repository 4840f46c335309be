import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { useSecondFactor } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Note } from '../frame/Note.tsx';
import { viewerZone } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** Whose organisation this is, and what is so before anything is decided. */
export function Organisation() {
  const me = useMe();
  const factor = useSecondFactor();
  return (
    <>
      <section className="dl-panel dl-stack" aria-labelledby="organisation-heading">
        <h2 id="organisation-heading">{me.org.name}</h2>
        <dl className="dl-facts">
          <dt>{say('role.owner')}</dt>
          <dd>
            {me.person.name} · {me.person.email}
          </dd>
          <dt>{say('begin.zone')}</dt>
          <dd>{say('begin.zoneText', { zone: viewerZone() })}</dd>
          <dt>{say('begin.now')}</dt>
          <dd>{say('begin.nowText')}</dd>
        </dl>
        <p>{say('begin.nothingYet')}</p>
        <p className="dl-quiet dl-small">{say('begin.nameFixed')}</p>
      </section>
      {factor.data?.set === false && (
        <Note tone="wait">
          <p>
            <strong>{say('begin.factor')}</strong>
          </p>
          <p>
            <Link to="/account">{say('begin.factorLink')}</Link>
          </p>
        </Note>
      )}
      <div>
        <Button component={Link} to="/begin/policy">
          {say('begin.toPolicy')}
        </Button>
      </div>
    </>
  );
}
