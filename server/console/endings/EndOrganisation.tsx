import { Anchor, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { OrganisationEndingPreview, OrganisationEndObstacle } from '../../../shared/protocol/http/endings.ts';
import { call } from '../api/client.ts';
import { usePreviewOfOrganisationEnding } from '../api/reads.ts';
import { forgetSession } from '../api/signedOut.ts';
import { useProofFields } from '../erasing/Proof.tsx';
import { ProvedForm } from '../erasing/ProvedForm.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { longDay } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';
import { ENDED_PATH, lastWords } from './OrganisationEnded.tsx';
import { TakeExport } from './TakeExport.tsx';
import { isTyped, TypedName } from './TypedName.tsx';
import { Elsewhere, OnComputers, Part, Recorded } from './WhatGoes.tsx';

/** For owners, below the accounts that were ended. */
export function EndOrganisation() {
  const [opened, { open, close }] = useDisclosure(false);
  const [taking, { open: take, close: endTaking }] = useDisclosure(false);
  const takeFirst = () => {
    close();
    take();
  };
  return (
    <section className="dl-panel dl-stack" aria-labelledby="end-organisation-heading">
      <h2 id="end-organisation-heading">{say('endOrganisation.title')}</h2>
      <p>{say('endOrganisation.text')}</p>
      <div className="dl-row">
        <Button variant="default" onClick={take}>
          {say('takeExport.open')}
        </Button>
        <Button color="red" variant="outline" onClick={open}>
          {say('endOrganisation.open')}
        </Button>
      </div>
      <Dialog opened={taking} onClose={endTaking} title={say('takeExport.title')}>
        {taking && <TakeExport />}
      </Dialog>
      <Dialog opened={opened} onClose={close} title={say('endOrganisation.title')}>
        {opened && <Asking onClose={close} onTake={takeFirst} />}
      </Dialog>
    </section>
  );
}

function Asking({ onClose, onTake }: { onClose: () => void; onTake: () => void }) {
  const preview = usePreviewOfOrganisationEnding();
  const fields = useProofFields();
  const [name, setName] = useState('');
  const client = useQueryClient();
  const navigate = useNavigate();
  const end = useMutation({
    mutationFn: () => call('endOrganisation', { body: { name, ...fields.body } }),
    onSuccess: (ending) => {
      void navigate(ENDED_PATH, { replace: true, state: lastWords(ending) });
      forgetSession(client);
    },
    onSettled: fields.clear,
  });
  if (preview.isError) return <Failure error={preview.error} retry={() => void preview.refetch()} />;
  if (preview.data === undefined) return <Waiting lines={5} />;
  const asked = preview.data;
  const { obstacle } = asked;
  return (
    <ProvedForm
      fields={fields}
      asks={obstacle === null ? 'proof' : 'prevented'}
      button={say('endOrganisation.now')}
      isWhole={isTyped(asked.name, name)}
      named={['name']}
      sending={end}
      onClose={onClose}
    >
      {obstacle !== null && <Prevented obstacle={obstacle} />}
      <WhatGoesOfAll preview={asked} onTake={onTake} />
      {obstacle === null && <TypedName name={asked.name} typed={name} error={end.error} onType={setName} />}
    </ProvedForm>
  );
}

function Prevented({ obstacle }: { obstacle: OrganisationEndObstacle }) {
  const day = longDay(obstacle.until);
  const [what, after] =
    obstacle.kind === 'held'
      ? [count('endOrganisation.held', obstacle.holds), say('endOrganisation.heldUntil', { day })]
      : [
          count('endOrganisation.unreadable', obstacle.entries.length),
          say('endOrganisation.unreadableUntil', { day, entries: listed(obstacle.entries.map(String)) }),
        ];
  return (
    <Note tone="wait">
      <p>
        <strong>{what}</strong>
      </p>
      <p>
        {after} <Link to="/records/holds">{say('endOrganisation.toHolds')}</Link>
      </p>
    </Note>
  );
}

function WhatGoesOfAll({ preview, onTake }: { preview: OrganisationEndingPreview; onTake: () => void }) {
  const { people, days, counts, records, computers, certificates } = preview;
  return (
    <>
      <Part title={say('end.goes')} after={say('endOrganisation.atOnce')}>
        <li>{count('endOrganisation.people', people)}</li>
        <Recorded days={days} counts={{ ...counts, account: 0 }} />
        <li>{say('endOrganisation.own', { n: records })}</li>
        <OnComputers many={computers.of} until={computers.recordsUntil} />
        {computers.of > 0 && <li>{say('endOrganisation.connected', { n: computers.connected })}</li>}
      </Part>
      <Part title={say('end.stays')} after={say('endOrganisation.others')}>
        <Elsewhere {...preview} />
        {certificates > 0 && <li>{count('endOrganisation.certificates', certificates)}</li>}
        <li>{say('endOrganisation.ledger')}</li>
        <li>{say('end.copies')}</li>
      </Part>
      <Part title={say('endOrganisation.before')}>
        <li>
          {say('endOrganisation.takeExport')}{' '}
          <Anchor component="button" type="button" onClick={onTake}>
            {say('takeExport.open')}
          </Anchor>
        </li>
        <li>{say('endOrganisation.takeOwn')}</li>
        <li>
          {say('endOrganisation.takeReports')} <Link to="/records">{say('nav.records')}</Link>
        </li>
      </Part>
      <Note tone="gone">
        <p>{say('endOrganisation.forEver')}</p>
      </Note>
    </>
  );
}
