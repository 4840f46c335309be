import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { PersonView } from '../../../shared/protocol/http/people.ts';
import { type Answer, call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useSingleMutation } from '../api/useSingleMutation.ts';
import { CopyText } from '../frame/CopyText.tsx';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { dateTime } from '../strings/format.ts';
import { say } from '../strings/say.ts';
import { enrolCommand } from './enrolCommand.ts';
import classes from './people.module.css';

/** A code for one computer, and the command that uses it there. */
export function EnrolDialog(props: { person: PersonView; own: boolean; opened: boolean; onClose: () => void }) {
  const { person, own, opened, onClose } = props;
  const client = useQueryClient();
  const create = useSingleMutation({
    mutationFn: () => call('createEnrolmentCode', { params: { person: person.id }, body: {} }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.codes(person.id) }),
  });
  const close = () => {
    onClose();
    create.reset();
  };
  return (
    <Dialog
      opened={opened}
      onClose={close}
      title={own ? say('enrol.titleYou') : say('enrol.title', { name: person.name })}
    >
      {create.data === undefined ? (
        <div className="dl-stack">
          <p>{own ? say('enrol.textYou') : say('enrol.text', { name: person.name })}</p>
          {create.isError && <Failure error={create.error} />}
          <Button loading={create.isPending} onClick={() => create.mutate()} data-autofocus>
            {say('enrol.make')}
          </Button>
        </div>
      ) : (
        <Code code={create.data} onClose={close} />
      )}
    </Dialog>
  );
}

function Code({ code: { code, expiresAt }, onClose }: { code: Answer<'createEnrolmentCode'>; onClose: () => void }) {
  const command = enrolCommand(window.location.origin);
  return (
    <div className="dl-stack">
      <div>
        <p className="dl-quiet dl-small">{say('enrol.code')}</p>
        <p className={classes.code}>{code}</p>
      </div>
      <p>{say('enrol.where')}</p>
      <div>
        <h3>{say('enrol.desktopHeading')}</h3>
        <p>{say('enrol.desktop', { address: window.location.origin })}</p>
      </div>
      <div>
        <h3>{say('enrol.terminalHeading')}</h3>
        <p>{say('enrol.command')}</p>
        <p className={`${classes.command} dl-code`}>{command}</p>
        <p>{say('enrol.run')}</p>
        <p className={`${classes.command} dl-code`}>daylight-agent run</p>
      </div>
      <p>{say('enrol.valid', { when: dateTime(expiresAt) })}</p>
      <div className="dl-row">
        <CopyText text={command} label={say('enrol.copy')} />
        <Button variant="default" size="xs" onClick={onClose}>
          {say('action.done')}
        </Button>
      </div>
    </div>
  );
}
