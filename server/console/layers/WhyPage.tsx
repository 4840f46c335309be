import { useParams } from 'react-router';
import { useNow } from '../../../look/useNow.ts';
import type { LayersView } from '../../../shared/protocol/http/layers.ts';
import { useLayers } from '../api/reads.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Page } from '../frame/Page.tsx';
import { useNameOf } from '../frame/useNames.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { nearTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { ParameterWhy } from './ParameterWhy.tsx';
import { ZonePanel } from './ZonePanel.tsx';

/** Why each parameter is on or off for one person: for whoever looks themself, or for somebody whose devices they may see. */
export function WhyPage() {
  const me = useMe();
  const { person = me.person.id } = useParams();
  const own = person === me.person.id;
  const name = useNameOf(person);
  const layers = useLayers(person);
  return (
    <Page title={own ? say('why.titleYou') : say('why.title', { name })} lead={say('why.lead')}>
      {layers.isPending && <Waiting lines={8} />}
      {layers.isError && <Failure error={layers.error} retry={() => void layers.refetch()} />}
      {layers.data !== undefined && <Layers view={layers.data} own={own} name={name} />}
    </Page>
  );
}

function Layers({ view, own, name }: { view: LayersView; own: boolean; name: string }) {
  const now = useNow();
  return (
    <div className="dl-stack">
      <p className="dl-quiet dl-small">
        {say('why.asOf', { when: nearTime(view.at, now), version: view.policyVersion })}{' '}
        {!own &&
          `${say('why.recorded', { name })} ${say('why.withoutConsent')} ${say('consent.theirs')} ${say('consent.butData')}`}
      </p>
      {view.unreadable && <Note tone="gone">{say('objections.unreadable')}</Note>}
      <section className="dl-panel" aria-label={say('why.list')}>
        {view.parameters.map((explained) => (
          <ParameterWhy key={explained.parameter} explained={explained} view={view} />
        ))}
      </section>
      {own && <ZonePanel view={view} />}
    </div>
  );
}
