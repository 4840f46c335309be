import { Button } from '@mantine/core';
import { addressOf } from '../api/client.ts';
import { useProcessingRecord } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { Controller } from './Controller.tsx';
import { Processing } from './Processing.tsx';
import { RecordsPages } from './RecordsPages.tsx';
import { SelfCheck } from './SelfCheck.tsx';

/** The record of processing activities, as it is now, to read and to take along. */
export function Records() {
  const { data, error, isPending, refetch } = useProcessingRecord();
  return (
    <Page title={say('records.title')} lead={say('records.lead')}>
      <RecordsPages />
      {error !== null && <Failure error={error} retry={() => void refetch()} />}
      {error === null && isPending && <Waiting lines={5} />}
      {data !== undefined && (
        <div className="dl-stack">
          <section className="dl-panel dl-stack" aria-labelledby="take-heading">
            <h2 id="take-heading">{say('records.take')}</h2>
            <p>{say('records.asOf', { when: dateTime(data.asOf), version: data.policy.version })}</p>
            <p>{data.region === null ? say('records.noRegion') : say('records.region', { region: data.region })}</p>
            <div className="dl-row">
              <Button component="a" href={addressOf('processingRecordPage', {})} download>
                {say('records.page')}
              </Button>
              <Button component="a" variant="default" href={addressOf('processingRecordTable', {})} download>
                {say('records.table')}
              </Button>
              <Button
                component="a"
                variant="default"
                href={addressOf('processingRecord', {})}
                download="record-of-processing.json"
              >
                {say('records.json')}
              </Button>
            </div>
          </section>
          <SelfCheck />
          <Controller record={data} />
          <Processing record={data} />
        </div>
      )}
    </Page>
  );
}
