import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { type ControllerView, controllerFields } from '../../../shared/protocol/http/processing.ts';
import { call } from '../api/client.ts';
import { say } from '../strings/say.ts';
import { RegisterForm } from './RegisterForm.tsx';

/** As long as a detail may be. */
const MOST = 500;

export function ControllerDialog(props: { controller: ControllerView; opened: boolean; onClose: () => void }) {
  const { controller, opened, onClose } = props;
  const { revision } = controller;
  const [details, setDetails] = useState(controller.details);
  return (
    <RegisterForm
      title={say('controller.title')}
      save={say('controller.save')}
      opened={opened}
      onClose={onClose}
      write={(reason) => call('changeController', { body: { revision, details, reason } })}
    >
      {() => (
        <>
          <p>{say('controller.help')}</p>
          {controllerFields.map((field) => (
            <Textarea
              key={field}
              label={say(`controller.${field}`)}
              autosize
              minRows={1}
              maxLength={MOST}
              value={details[field]}
              onChange={({ currentTarget: { value } }) => setDetails((now) => ({ ...now, [field]: value }))}
            />
          ))}
        </>
      )}
    </RegisterForm>
  );
}
