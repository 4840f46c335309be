import { stateWords } from './cancellationWords.ts';
import type { Certificate } from './certificate.ts';
import { words } from './savedPage.ts';

/** The certificate as it is read: by somebody who was here, and has no account any more. */
export function certificateWords(certificate: Certificate, publicKey: string): readonly string[] {
  const { kind, person, org, ending, issuedAt, orderedBy, states, remains } = certificate;
  return [
    kind === 'final' ? 'Final certificate of an ending' : 'Interim certificate of an ending',
    `  Issued ${time(issuedAt)}, of the ending ${ending}`,
    person === null ? `  The organisation ${org}` : `  The account ${person} in the organisation ${org}`,
    `  Ordered by: ${orderedBy === 'host' ? 'whoever runs the server' : orderedBy.replaceAll('_', ' ')}`,
    'When',
    ...states.map(({ state, at }) => `  ${time(at)}  ${stateWords[state]}`),
    remains.held === undefined
      ? 'What there was, all of which is destroyed, with every key that opened it'
      : 'What was destroyed, with every key that opened it',
    ...destroyedWords(certificate).map(([what, many]) => `  ${many}  ${what}`),
    'What remains',
    ...remainsWords(certificate).map((line) => `  ${line}`),
    `Signed by ${publicKey}`,
  ];
}

/** So many of each kind. Of a day of which a legal hold keeps a part, the rest is destroyed and counted among the other kinds, and the day is not. */
export function destroyedWords({
  destroyed,
  remains,
}: Certificate): readonly (readonly [what: string, many: string])[] {
  const isPart = remains.held !== undefined;
  return Object.entries(destroyed).map(([kind, many]) => [
    isPart && kind === 'days' ? 'days of which nothing is left' : words(kind),
    many.toLocaleString('en-GB'),
  ]);
}

/** Where something still is, and until when, line by line. */
export function remainsWords({ person, remains }: Certificate): readonly string[] {
  const { backups, held = [], ledger } = remains;
  return [
    ...held.map(
      ({ parameters, from, to, why, authority, until }) =>
        `A legal hold keeps until ${until}, readable by nobody: ${parameters.join(', ')}, ${from} to ${to}; why: ${why.replaceAll(/\s+/g, ' ')}; on the authority of: ${authority}. Then it is destroyed as the rest was.`,
    ),
    ...(backups.left === undefined
      ? []
      : [
          `Files of ${backups.left.many} ended backups that have it, at ${backups.left.places} ${backups.left.places === 1 ? 'place' : 'places'} that the server does not reach: sealed, and their keys are destroyed, so that nobody opens them`,
        ]),
    backups.many === 0
      ? `Backups: none ${backups.left === undefined ? 'that has it' : 'of which there is a key'}`
      : `Backups: ${backups.many} that have it, sealed under keys that are destroyed, until ${day(backups.until)}`,
    `Computers: ${computersWords(remains.computers)}`,
    `The ledger, for ever: that this id was ended (${ledger.entries} lines, ${ledger.head})`,
    // The tree of an organisation goes with it.
    ...(person === null ? [] : ['The audit tree, for ever: hashes that say nothing without what was destroyed']),
  ];
}

function computersWords({ of, wiped, until }: Certificate['remains']['computers']): string {
  // Of an organisation that was ended by an earlier Daylight they are not known, and not told.
  if (of === 0) return until === null ? 'there were none' : `none was told; none records after ${day(until)}`;
  if (of === wiped && until === null) return 'all of them have said that they deleted everything';
  return `${wiped} of ${of} have said that they deleted everything; none records after ${day(until)}`;
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function day(at: number | null): string {
  return at === null ? 'now' : new Date(at).toISOString().slice(0, 10);
}
