import { DAY } from '../../../shared/time.ts';
import type { Backup } from './catalogue.ts';
import { endOf } from './expireBackups.ts';
import type { Progress } from './parts.ts';

/** Says how far it is, where somebody watches: in one line that is written over. */
export function backupSayer(
  say: (json: object, lines: readonly string[]) => void,
  isWatched: boolean,
): (progress: Progress) => void {
  let last = '';
  return ({ doing, done, of }) => {
    const line = of === 0 ? doingWords[doing] : `${doingWords[doing]} ${bytesWords(done)} of ${bytesWords(of)}`;
    if (!isWatched || line === last) return;
    last = line;
    say({ event: 'progress', doing, done, of }, [line]);
  };
}

const doingWords: Readonly<Record<Progress['doing'], string>> = {
  copying: 'Taking a copy of the database as it is now …',
  database: 'Database:',
  images: 'Images:  ',
  finishing: 'Finishing …',
};

export function madeLine({ backup, expires, detail }: Backup): readonly string[] {
  const { bytes, newImageBytes, images, missing, place } = detail;
  return [
    `Made the backup ${backup} in ${place}: ${bytesWords(bytes + newImageBytes)} more there, ${images.toLocaleString('en-GB')} images in all.`,
    ...(missing === 0 ? [] : [`${missing} images were not in the data folder any more.`]),
    `It ends on ${dateOf(expires)}: from then on nobody can open it. Its key is in keys.db, and in no backup.`,
  ];
}

export function backupLines(one: Backup, now: number): readonly string[] {
  const { backup, at, detail } = one;
  const size = bytesWords(detail.bytes + detail.newImageBytes);
  return [
    `${dateOf(at)}  ${size.padStart(9)}  ${backup}  ${stateWords(one, now)}; in ${detail.place}`,
    ...damageLines(one),
  ];
}

export function checkedLines(one: Backup): readonly string[] {
  const { checked } = one.detail;
  if ((checked?.damage.length ?? 0) > 0) {
    return [
      `THE BACKUP ${one.backup} IS DAMAGED. Make a new one now, and see to the disk that it lies on.`,
      ...damageLines(one),
    ];
  }
  const how =
    checked?.how === 'all' ? 'every byte of it opened, and its database is whole' : 'everything is there in its size';
  return [`The backup ${one.backup} of ${dateOf(one.at)} is whole: ${how}.`];
}

function stateWords(one: Backup, now: number): string {
  const { state, wrapped, detail } = one;
  if (state === 'failed') return `failed: ${detail.failure ?? 'it broke off'}`;
  if (wrapped === null)
    return `ended on ${dateOf(detail.endedAt ?? one.changedAt)}${detail.left ? '; its files are to go' : ''}`;
  if (state === 'begun') return 'is being made';
  const days = Math.max(0, Math.ceil((endOf(one) - now) / DAY));
  const until =
    endOf(one) <= now ? 'past its day' : `ends on ${dateOf(endOf(one))}, in ${days} ${days === 1 ? 'day' : 'days'}`;
  const { checked } = detail;
  if (checked === null) return `${until}; not checked yet`;
  const how = checked.how === 'all' ? 'every byte' : 'structure';
  return `${until}; checked on ${dateOf(checked.at)} (${how})${checked.damage.length === 0 ? '' : ': DAMAGED'}`;
}

function damageLines({ detail }: Backup): readonly string[] {
  return (detail.checked?.damage ?? []).map((sentence) => `  ${sentence}`);
}

function dateOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
