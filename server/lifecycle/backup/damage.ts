import { DaylightError } from '../../../shared/errors.ts';

/** What is wrong with a backup. No more is ever said of it than which file, and what of it: everything else in it is sealed. */
export type Damage = 'missing' | 'link' | 'altered' | 'cut' | 'not_whole';

const words: Readonly<Record<Damage, string>> = {
  missing: 'is missing',
  link: 'is a link, or lies behind one, which nothing is read through',
  altered: 'was altered, or belongs to another backup',
  cut: 'is cut short, or something was put after its end',
  not_whole: 'holds a database that is not whole',
};

export class DamagedBackup extends DaylightError {
  readonly file: string;
  readonly damage: Damage;

  constructor(file: string, damage: Damage, cause?: unknown) {
    super('unavailable', `the backup is damaged: ${damageWords(file, damage)}`, {
      remedy: 'Use another backup, and make a new one now; see to the disk that it lies on.',
      cause,
    });
    this.file = file;
    this.damage = damage;
  }
}

export function damageWords(file: string, damage: Damage): string {
  return `${file} ${words[damage]}`;
}
