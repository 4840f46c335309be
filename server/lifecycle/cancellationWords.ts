import type { EndingState } from '../../shared/protocol/http/endings.ts';
import type { ToCancel, Told } from './cancellation.ts';

/** What is said before an organisation is cancelled: what goes, what stays, and that there is no way back. */
export function whatWillGo({ name, holdings, keys, horizon }: ToCancel): readonly string[] {
  const { people, devices, days, segments, images, records } = holdings;
  return [
    `Cancelling "${name}" ends for ever, with no way back:`,
    `  ${counted(people, 'person', 'people')} and ${counted(devices, 'computer')}, ${counted(days, 'recorded day')} of them`,
    `  ${counted(segments, 'sealed segment')} and ${counted(images, 'screenshot')}; with everything else, ${counted(records, 'row and file', 'rows and files')}`,
    `  ${counted(keys, 'key')}, first of all: from then on nothing of it can be opened`,
    ...horizon,
    'What stays: in ledger.ndjson that this id was cancelled, and when, without a name. Copies of this folder that you made elsewhere:',
    'delete them too, and with them the copies of its keys. On its computers what was not sent yet, until they connect to this server again: they are',
    'told to delete everything then, and say so. One that never does keeps it; "daylight-agent wipe" there deletes it.',
  ];
}

/** Says each state as it is reached; where somebody watches, also how far the deleting is. */
export function cancellationSayer(
  say: (json: object, lines: readonly string[]) => void,
  isWatched: boolean,
): (told: Told) => void {
  let next = PROGRESS;
  return (told) => {
    if (told.kind === 'state') {
      next = PROGRESS;
      const { state, org, at } = told;
      say({ event: state, org, at }, [`${new Date(at).toISOString()}  ${stateWords[state]}`]);
    } else if (told.kind === 'unordered') {
      say({ event: 'unordered', org: told.org }, [
        'Its computers cannot be told to wipe, as its signing key does not open: they record nothing more once their leases have ended.',
        'To delete what they still keep, run "daylight-agent wipe" on each of them.',
      ]);
    } else if (isWatched && told.gone >= next) {
      next = told.gone + PROGRESS;
      say({ event: 'deleting', org: told.org, gone: told.gone }, [
        `  ${counted(told.gone, 'row and file', 'rows and files')} deleted …`,
      ]);
    }
  };
}

const PROGRESS = 25_000;

/** How far an ending is, as a command says it. */
export const stateWords: Readonly<Record<EndingState, string>> = {
  committed: 'COMMITTED       written into the ledger',
  keys_destroyed: 'KEYS DESTROYED  nothing of it can be opened any more',
  purged: 'PURGED          every row and file is deleted',
  scrubbed: 'SCRUBBED        the files are cleaned of what was deleted',
  verified_empty: 'VERIFIED EMPTY  looked for again, nothing was found',
  agents_wiped: 'AGENTS WIPED    its computers have deleted everything, or their leases have ended',
  backups_expired: 'BACKUPS EXPIRED no backup that had it is left',
  final: 'FINAL           nothing of it is left anywhere that this server knows of',
};

function counted(many: number, one: string, several = `${one}s`): string {
  return `${many.toLocaleString('en-GB')} ${many === 1 ? one : several}`;
}
