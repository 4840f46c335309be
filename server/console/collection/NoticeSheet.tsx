import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Link } from 'react-router';
import { saveFile } from '../../../look/saveFile.ts';
import {
  cellsOf,
  columnsOf,
  datesOf,
  noticeFile,
  noticeFileName,
  noticePage,
  recipientCellsOf,
  recipientColumnsOf,
} from '../../../shared/policy/noticePage.ts';
import { saidBefore } from '../../../shared/policy/translation.ts';
import type { NoticeRecipients, NoticeView } from '../../../shared/protocol/http/notice.ts';
import { useNotice } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import classes from './collection.module.css';
import { NoticeText } from './NoticeText.tsx';

/** The notice as people get it, in the words that the server has stored: of the policy in force, or of one `version`. */
export function NoticeSheet({
  printable = false,
  version: of = null,
}: {
  printable?: boolean;
  version?: number | null;
}) {
  const notice = useNotice(of);
  if (notice.isPending) return <Waiting />;
  if (notice.isError) return <Failure error={notice.error} retry={() => void notice.refetch()} />;
  return <NoticeShown notice={notice.data} printable={printable} />;
}

interface NoticeShownProps {
  readonly notice: NoticeView;
  /** On another page than its own, to which it leads. */
  readonly printable?: boolean;
  /** Where a translation may be shown: what leads to the text that counts. */
  readonly readEnglish?: () => void;
}

/** The words of one notice, and before those of an organisation's own translation what Daylight says of it. */
export function NoticeShown({ notice, printable = false, readEnglish }: NoticeShownProps) {
  const { hash, headings, appeal, language, prevails, recipients } = notice;
  return (
    <div className="dl-stack">
      {notice.translation?.by === 'organisation' && (
        <Note tone="wait">
          <div className="dl-stack">
            {saidBefore(notice).map((said) => (
              <p key={said.language} lang={said.language}>
                {said.text}
              </p>
            ))}
            {readEnglish !== undefined && (
              <Button className="dl-noprint" variant="default" size="xs" onClick={readEnglish}>
                {say('notice.readEnglish')}
              </Button>
            )}
          </div>
        </Note>
      )}
      <div className="dl-row dl-between">
        <p className="dl-quiet dl-small" lang={language}>
          {datesOf(notice)}
        </p>
        {printable && (
          <Button component={Link} to="/notice" variant="default" size="xs">
            {say('notice.openToPrint')}
          </Button>
        )}
      </div>
      <div className="dl-stack" lang={language}>
        {prevails !== '' && <p>{prevails}</p>}
        <NoticeText notice={notice} headings={headings} />
        {appeal !== '' && (
          <section>
            <h2>{headings.whomToAsk}</h2>
            <p>{appeal}</p>
          </section>
        )}
        {recipients !== undefined && <Recipients of={recipients} />}
        {!printable && <Facts notice={notice} />}
        <p className="dl-quiet dl-small">
          {headings.fingerprint}: <span className="dl-code">{hash}</span>
        </p>
      </div>
      {!printable && <Files notice={notice} />}
    </div>
  );
}

/** To whom else it is given. */
function Recipients({ of: { heading, said, processors } }: { of: NoticeRecipients }) {
  return (
    <section>
      <h2>{heading}</h2>
      <p>{said}</p>
      {processors.map(({ number, name, text }) => (
        <div key={number} className={classes.line}>
          <h3>{name}</h3>
          <p>{text}</p>
        </div>
      ))}
    </section>
  );
}

/** The same, as the signed policy and the register have it. */
function Facts({ notice }: { notice: NoticeView }) {
  const { headings, collected, recipients } = notice;
  const given = recipients?.processors ?? [];
  if (collected.length + given.length === 0) return null;
  return (
    <section className="dl-stack">
      <h2>{headings.table}</h2>
      {collected.length > 0 && (
        <Table name={headings.table} columns={columnsOf(notice)} rows={collected.map(cellsOf)} />
      )}
      {recipients !== undefined && given.length > 0 && (
        <Table name={recipients.heading} columns={recipientColumnsOf(recipients)} rows={given.map(recipientCellsOf)} />
      )}
    </section>
  );
}

function Table(props: { name: string; columns: readonly string[]; rows: readonly (readonly string[])[] }) {
  const { name, columns, rows } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the window is scrolled by keys too
    <div className="dl-table-scroll" role="region" aria-label={name} tabIndex={0}>
      <table className="dl-table">
        <thead>
          <tr>
            {columns.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows never move
            <tr key={row}>
              {cells.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns never move
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The very text, to keep: as a page that needs no network, in plain text, and with its facts for programs. */
function Files({ notice }: { notice: NoticeView }) {
  const name = noticeFileName(notice);
  const files = [
    ['html', 'text/html', () => noticePage(notice)],
    ['txt', 'text/plain', () => noticeFile(notice)],
    ['json', 'application/json', () => `${JSON.stringify(notice, null, 1)}\n`],
  ] as const;
  return (
    <div className="dl-row dl-noprint">
      {files.map(([kind, type, content]) => (
        <Button
          key={kind}
          variant="default"
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() => saveFile(new Blob([content()], { type: `${type};charset=utf-8` }), `${name}.${kind}`)}
        >
          {say(`notice.save.${kind}`)}
        </Button>
      ))}
    </div>
  );
}
