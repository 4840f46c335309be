import { Button, Modal, NativeSelect } from '@mantine/core';
import { useEffect, useState } from 'react';
import { datesOf } from '../../shared/policy/noticePage.ts';
import { english } from '../../shared/policy/phrases/en.ts';
import { phrasesIn } from '../../shared/policy/phrases/languages.ts';
import { nameOfLanguage, saidBefore } from '../../shared/policy/translation.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import type { AgentStatus, NoticeNews, WindowAnswer } from '../../shared/protocol/window.ts';
import { acknowledgedWords } from '../strings/acknowledged.ts';
import { agreementLines } from '../strings/agreement.ts';
import { languageRemark } from '../strings/languageRemark.ts';
import { listed, say } from '../strings/say.ts';
import { ChangeLines } from './ChangeLines.tsx';
import { Panel } from './Panel.tsx';
import type { Transport } from './transport.ts';
import type { Ask } from './useAgent.ts';
import classes from './window.module.css';

export interface NoticeProps {
  readonly status: AgentStatus;
  readonly transport: Transport;
  readonly ask: Ask;
}

/** A notice that has not been acknowledged, until it is. */
export function NoticeWaiting({ status, transport, ask }: NoticeProps) {
  const [isReading, setReading] = useState(false);
  const { notice } = status;
  if (notice === null || notice.acknowledged) return null;
  return (
    <Panel title={say('notice.waits')} asks>
      <p>{say('notice.text', { version: String(notice.version) })}</p>
      <Button onClick={() => setReading(true)}>{say('notice.read')}</Button>
      <NoticeDialog
        opened={isReading}
        onClose={() => setReading(false)}
        status={status}
        transport={transport}
        ask={ask}
      />
    </Panel>
  );
}

/** The whole notice; what acknowledges it stands after its last word. */
export function NoticeDialog({ opened, onClose, ...props }: NoticeProps & { opened: boolean; onClose: () => void }) {
  const [titled, setTitled] = useState<NoticeView | null>(null);
  const version = String(props.status.notice?.version ?? '');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={
        titled === null ? (
          say('notice.title', { version })
        ) : (
          <span lang={phrasesIn(titled.language).language}>
            {(titled.translation?.by === 'organisation' ? phrasesIn(titled.language) : titled).headings.version}{' '}
            {titled.version}
          </span>
        )
      }
      size="34rem"
      // Locking the page behind a dialog is done with a <style> element, which the content security policy forbids.
      lockScroll={false}
      closeButtonProps={{ 'aria-label': say('action.close') }}
    >
      <NoticeText {...props} onClose={onClose} onShown={setTitled} />
    </Modal>
  );
}

/** What is new in it, before all of it: whoever has read the last one finds here what to look at. */
function News({ news: { language, title, lead, change, whole } }: { news: NoticeNews }) {
  return (
    <>
      <section className={`${classes.stack} ${classes.news}`} lang={language} aria-labelledby={NEWS_TITLE}>
        <h2 id={NEWS_TITLE}>{title}</h2>
        <p>{lead}</p>
        {change !== null && <ChangeLines change={change} />}
      </section>
      <h2 lang={language}>{whole}</h2>
    </>
  );
}

const NEWS_TITLE = 'notice-news';

interface NoticeTextProps extends NoticeProps {
  readonly onClose: () => void;
  /** What is read may be in another language than the window: so is then what stands above it. */
  readonly onShown: (notice: NoticeView | null) => void;
}

function NoticeText({ status, transport, ask, onClose, onShown }: NoticeTextProps) {
  const [notice, setNotice] = useState<NoticeView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [language, setLanguage] = useState(english.language);
  const [shownAs, setShownAs] = useState<(WindowAnswer & { ok: true }) | null>(null);
  const [refusals, setRefusals] = useState(0);
  const { version, hash: words } = status.notice ?? {};
  useEffect(() => {
    let isCurrent = true;
    void transport.ask({ command: 'notice', language }).then((answer) => {
      if (!isCurrent) return;
      const shown = answer.ok ? (answer.notice ?? null) : null;
      setNotice(shown);
      onShown(shown);
      setShownAs(answer.ok ? answer : null);
      setProblem(answer.ok ? null : answer.problem);
    });
    return () => {
      isCurrent = false;
    };
    // What is published, or comes from the server in other words, while this one is read takes its place; also after a refusal.
  }, [transport, version, words, language, onShown, refusals]);
  if (problem !== null) return <p role="alert">{problem}</p>;
  if (notice === null) return <p role="status">{say('frame.opening')}</p>;
  const { version: number, hash, translation } = notice;
  const read = {
    version: number,
    hash,
    language,
    ...(translation === undefined ? {} : { translation: translation.hash }),
  };
  const accept = async (): Promise<void> => {
    if (await ask({ command: 'accept_notice', ...read })) onClose();
    else setRefusals((before) => before + 1);
  };
  const agree = async (): Promise<void> => {
    if (await ask({ command: 'agree', ...read })) onClose();
    else setRefusals((before) => before + 1);
  };
  const phrases = phrasesIn(notice.language);
  const { reading } = phrases;
  const remark = shownAs?.language === undefined ? '' : languageRemark(shownAs.language.is, language);
  const { headings, collected, notCollected, never, retention, appeal, edition, recipients } = notice;
  const news = shownAs?.news;
  return (
    <div className={classes.column}>
      {shownAs?.language !== undefined && (
        <NativeSelect
          label={reading.language}
          lang={phrases.language}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
          data={shownAs.language.languages.map((tag) => ({ value: tag, label: nameOfLanguage(tag) }))}
        />
      )}
      {remark !== '' && <p role="status">{remark}</p>}
      {news !== undefined && <News news={news} />}
      {saidBefore(notice).map((said) => (
        <p key={said.language} lang={said.language} role="note">
          <strong>{said.text}</strong>
        </p>
      ))}
      {notice.translation?.by === 'organisation' && (
        <Button variant="default" onClick={() => setLanguage(english.language)}>
          {say('notice.readEnglish')}
        </Button>
      )}
      <div className={classes.column} lang={notice.language}>
        {notice.prevails !== '' && <p>{notice.prevails}</p>}
        <p className={`${classes.quiet} ${classes.small}`}>
          {notice.organisation} · {datesOf(notice)}
        </p>
        <h2>{headings.collected}</h2>
        {collected.length === 0 && <p>{headings.nothing}</p>}
        <ul className={classes.lines}>
          {collected.map((line) => (
            <li key={line.parameter}>
              <h3>{line.label}</h3>
              <p>{line.text}</p>
              <p className={`${classes.quiet} ${classes.small}`}>{line.terms}</p>
            </li>
          ))}
        </ul>
        {retention !== '' && <p>{retention}</p>}
        <h2>{headings.notCollected}</h2>
        <p>{notCollected.length === 0 ? headings.everything : listed(notCollected.map(({ label }) => label))}</p>
        <h2>{headings.never}</h2>
        <p>{never}</p>
        {appeal !== '' && (
          <>
            <h2>{headings.whomToAsk}</h2>
            <p>{appeal}</p>
          </>
        )}
        {recipients !== undefined && (
          <>
            <h2>{recipients.heading}</h2>
            <p>{recipients.said}</p>
            {recipients.processors.length > 0 && (
              <ul className={classes.lines}>
                {recipients.processors.map(({ number, name, text }) => (
                  <li key={number}>
                    <h3>{name}</h3>
                    <p>{text}</p>
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
        {edition === 0 ? (
          <p className={`${classes.quiet} ${classes.small}`}>{reading.ownWords}</p>
        ) : (
          <p className={`${classes.quiet} ${classes.small}`}>
            {headings.fingerprint}: <code className={classes.hash}>{notice.hash}</code>
          </p>
        )}
      </div>
      {status.notice?.acknowledged === true ? (
        <p lang={phrases.language}>{acknowledgedWords(status.notice, phrases)}</p>
      ) : (
        <Button lang={phrases.language} onClick={() => void accept()}>
          {reading.acknowledge}
        </Button>
      )}
      {status.notice !== null && agreementLines(status.notice).map((line) => <p key={line}>{line}</p>)}
      {status.notice?.agreement?.pending === null && (
        <Button variant="default" onClick={() => void agree()}>
          {say('agreement.agree', { version: String(notice.version) })}
        </Button>
      )}
    </div>
  );
}
