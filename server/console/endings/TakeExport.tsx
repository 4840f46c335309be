import { openFile, type Request } from '../api/client.ts';
import { usePreviewOfOrganisationExport } from '../api/reads.ts';
import { Receive } from '../data/Receive.tsx';
import { useDownload } from '../data/useDownload.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { size } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import { Part } from './WhatGoes.tsx';

/** What an owner takes along: what is in it, what is not, who reads that it was taken, and the download. */
export function TakeExport() {
  const preview = usePreviewOfOrganisationExport();
  const download = useDownload<Request<'exportOrganisation'>['body']>(
    (body, signal) => openFile('exportOrganisation', { body }, signal),
    say('takeExport.brokenOff'),
  );
  if (preview.isError) return <Failure error={preview.error} retry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <Waiting lines={5} />;
  const { people, withoutRecords, days, images, bytes } = preview.data;
  return (
    <div className="dl-stack">
      <p>{say('takeExport.text')}</p>
      <Part title={say('takeExport.holds')}>
        <li>{say('takeExport.own')}</li>
        <li>{count('takeExport.people', people)}</li>
        <li>{count('end.days', days)}</li>
        {images > 0 && <li>{say('takeExport.images', { n: images })}</li>}
        <li>{say('takeExport.size', { size: size(bytes) })}</li>
      </Part>
      <Part title={say('takeExport.not')}>
        <li>{say('takeExport.hidden')}</li>
        <li>{say('takeExport.restricted')}</li>
        {withoutRecords > 0 && <li>{count('takeExport.without', withoutRecords)}</li>}
        <li>{say('takeExport.theirs')}</li>
      </Part>
      <Note tone="wait">
        <p>{say('takeExport.told')}</p>
      </Note>
      <Receive download={download} button={say('takeExport.now')} />
    </div>
  );
}
