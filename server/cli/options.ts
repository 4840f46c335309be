import { Option } from 'commander';
import { DaylightError } from '../../shared/errors.ts';
import { optionOf, variableOf } from '../config.ts';

/** What a command was given, in options or in the environment. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

export function dataOption(): Option {
  return new Option('--data <folder>', 'folder of keys and data').env('DAYLIGHT_DATA');
}

export function jsonOption(): Option {
  return new Option('--json', 'one JSON object per line, for machines');
}

export function need(options: Given, name: string): string {
  const value = options[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new DaylightError('bad_request', `${optionOf(name)}: expected a value`, {
    field: name,
    remedy: `Give ${optionOf(name)} or set ${variableOf(name)}.`,
  });
}

/** For every command, before or after its name. */
export function rootKeyOption(): Option {
  return new Option(
    '--root-key <where>',
    'where the root key is: file:PATH, passphrase:FILE or env:NAME (default: as the data folder says)',
  ).env('DAYLIGHT_ROOT_KEY');
}

export function rootKeyGiven({ rootKey }: Given): string | undefined {
  return typeof rootKey === 'string' ? rootKey : undefined;
}
