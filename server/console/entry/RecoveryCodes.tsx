import { Button, Checkbox } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { CopyText } from '../frame/CopyText.tsx';
import { Note } from '../frame/Note.tsx';
import { useUnsaved } from '../frame/Unsaved.tsx';
import { say } from '../strings/say.ts';
import classes from './entry.module.css';

/** The recovery codes, shown this once. Goes on, and is left unasked, only when the person says that they are kept. */
export function RecoveryCodes({ codes, onSaved }: { codes: readonly string[]; onSaved: () => void }) {
  const [saved, setSaved] = useState(false);
  useUnsaved('recoveryCodes', !saved);
  const text = `${codes.join('\n')}\n`;
  return (
    <>
      <Note tone="wait">
        <p>
          <strong>{say('recovery.title')}</strong>
        </p>
        <p>{say('recovery.text')}</p>
      </Note>
      <ul className={`${classes.codes} dl-code`} aria-label={say('recovery.list')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="dl-row">
        <CopyText text={text} label={say('recovery.copy')} />
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => download('daylight-recovery-codes.txt', text)}
        >
          {say('recovery.download')}
        </Button>
      </div>
      <Checkbox
        label={say('recovery.saved')}
        checked={saved}
        onChange={(event) => setSaved(event.currentTarget.checked)}
      />
      <Button disabled={!saved} onClick={onSaved}>
        {say('recovery.goOn')}
      </Button>
    </>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(address);
}
