import type { ReactNode } from 'react';
import type { EndingPreview } from '../../../shared/protocol/http/endings.ts';
import { HeldKind } from '../../../shared/protocol/http/holdings.ts';
import { Note } from '../frame/Note.tsx';
import { dateTime, longDay } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';

/** What goes with an account, what stays, and until when. */
export function WhatGoes({ preview }: { preview: EndingPreview }) {
  const { days, counts, computers, backups, beforeRestore, heldUntil } = preview;
  const until = Math.max(0, ...computers.map(({ recordsUntil }) => recordsUntil ?? 0)) || null;
  return (
    <>
      <Part title={say('end.goes')} after={say('end.atOnce')}>
        <Recorded days={days} counts={counts} />
        <OnComputers many={computers.length} until={until} />
      </Part>
      <Part title={say('end.stays')}>
        <Elsewhere backups={backups} beforeRestore={beforeRestore} />
        {heldUntil !== null && <li>{say('end.held', { day: longDay(heldUntil) })}</li>}
        <li>{say('end.ledger')}</li>
        <li>{say('end.toOthers')}</li>
        <li>{say('end.copies')}</li>
      </Part>
      <Note tone="gone">
        <p>{say('end.forEver')}</p>
      </Note>
    </>
  );
}

/** One list of what goes, or of what stays. */
export function Part({ title, after, children }: { title: string; after?: string; children: ReactNode }) {
  return (
    <section className="dl-stack" style={{ gap: '0.5rem' }}>
      <h3>{title}</h3>
      <ul className="dl-list">{children}</ul>
      {after !== undefined && <p>{after}</p>}
    </section>
  );
}

export function Recorded({ days, counts }: Pick<EndingPreview, 'days' | 'counts'>) {
  return (
    <>
      <li>{count('end.days', days)}</li>
      {HeldKind.options
        .filter((kind) => counts[kind] > 0)
        .map((kind) => (
          <li key={kind}>{say('end.kind', { what: say(`end.kind.${kind}`), n: counts[kind] })}</li>
        ))}
    </>
  );
}

/** `until`: after which none of them records. */
export function OnComputers({ many, until }: { many: number; until: number | null }) {
  if (many === 0) return null;
  return (
    <li>
      {count('end.computers', many)} {until !== null && say('end.computersUntil', { when: dateTime(until) })}
    </li>
  );
}

/** What is sealed under keys that are destroyed, and until when. */
export function Elsewhere({ backups, beforeRestore }: Pick<EndingPreview, 'backups' | 'beforeRestore'>) {
  return (
    <>
      <li>
        {backups.until === null
          ? say('end.noBackups')
          : say('end.backups', { n: backups.many, when: dateTime(backups.until) })}
      </li>
      {beforeRestore && <li>{say('end.beforeRestore')}</li>}
    </>
  );
}
