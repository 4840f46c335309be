import { Button } from '@mantine/core';
import { useState } from 'react';
import { agreementLines } from '../strings/agreement.ts';
import { say } from '../strings/say.ts';
import { NoticeDialog, type NoticeProps } from './Notice.tsx';
import { Panel } from './Panel.tsx';
import classes from './window.module.css';

/** The old terms that stay, because the person has not agreed to what the policy took. It says so, and asks for nothing. */
export function Agreement(props: NoticeProps) {
  const [isReading, setReading] = useState(false);
  const { notice } = props.status;
  if (notice?.agreement === null || notice === null) return null;
  const [head, ...kept] = agreementLines(notice);
  return (
    <Panel title={say('agreement.title')}>
      <p>{head}</p>
      <ul className={classes.lines}>
        {kept.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Button variant="default" onClick={() => setReading(true)}>
        {say('notice.read')}
      </Button>
      <NoticeDialog opened={isReading} onClose={() => setReading(false)} {...props} />
    </Panel>
  );
}
