import { readdir, rmdir } from 'node:fs/promises';
import { BootId } from '../../shared/ids.ts';
import type { WipeReport } from '../../shared/protocol/window.ts';
import { ENDED_FILE } from '../core/ended.ts';
import { openFolder } from '../core/files.ts';
import { forgetEnded } from '../core/finishWipe.ts';
import { readIdentity } from '../core/identity.ts';
import { askAgent, isRunning } from '../core/localSocket.ts';
import type { BrowserPlaces, Clock, Random } from '../core/ports.ts';
import { retireDevice } from '../core/uplink/retire.ts';
import { isElsewhere, whatIsThere, wipeFolder } from '../core/wipe.ts';
import { AGENT_VERSION } from '../version.ts';
import { CliEnd, exitCodes, refusedBy } from './exit.ts';
import type { Terminal } from './terminal.ts';

const RETIRE_MS = 8_000;

interface WipeDeps {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly places: BrowserPlaces;
}

/** Says what will go, asks, retires the device, deletes everything, and looks whether it is gone. */
export async function wipeCommand(deps: WipeDeps, folder: string, { yes }: { yes?: boolean }): Promise<void> {
  const { terminal, places, clock } = deps;
  const there = await whatIsThere(folder, places);
  if (there.length === 0) {
    terminal.say(`There is nothing of Daylight in ${folder}.`);
    return;
  }
  if (there.length === 1 && there[0] === ENDED_FILE) {
    await forgetEnded(await openFolder(folder), clock);
    await rmdir(folder).catch(() => undefined);
    terminal.say(`The note that an account has ended is deleted. Nothing of Daylight is left in ${folder}.`);
    return;
  }
  const running = await isRunning(folder);
  for (const line of await whatWillGo(folder, there, running)) terminal.say(line);
  if (yes !== true) {
    if (!terminal.interactive)
      throw new CliEnd(exitCodes.usage, 'nobody can be asked here; nothing was deleted', 'add --yes');
    const answer = await terminal.ask('Delete all of this? Type "wipe": ');
    if (answer !== 'wipe') throw new CliEnd(exitCodes.refused, 'nothing was deleted');
  }
  const report = running ? await wipeRunning(folder) : await wipeStopped(deps, folder);
  terminal.say(
    report.retired
      ? 'The server has retired this device: its id and key are refused from now on.'
      : 'The server could not be told. Ask your organisation to retire this device; what was sent before is theirs to delete.',
  );
  const left = [...new Set([...report.left, ...(await whatIsThere(folder, places))])];
  if (left.length > 0) {
    throw new CliEnd(
      exitCodes.failed,
      `${left.length} files could not be deleted: ${left.slice(0, 5).join(', ')}`,
      'delete them by hand',
    );
  }
  terminal.say(`Deleted ${report.filesRemoved} files. Nothing of Daylight is left in ${folder}.`);
  for (const line of await whatStays(folder, there)) terminal.say(line);
}

/** What a wipe does not touch, said so that nobody takes it for gone. */
async function whatStays(folder: string, wasThere: readonly string[]): Promise<string[]> {
  const others = await readdir(folder).catch(() => []);
  return [
    ...(others.length === 0 ? [] : [`Files that Daylight did not write stay there: ${others.slice(0, 5).join(', ')}.`]),
    ...(wasThere.includes('browser-token')
      ? [
          'The extension is still in your browser, where it can tell nobody anything now: remove it on chrome://extensions.',
        ]
      : []),
    'The program itself, and screenshots that you saved elsewhere, are yours to delete.',
  ];
}

async function whatWillGo(folder: string, there: readonly string[], running: boolean): Promise<string[]> {
  const answer = running ? await askAgent(folder, { command: 'status' }) : null;
  const waiting = answer?.ok === true ? answer.status?.waiting : undefined;
  const count = (start: string): number => there.filter((name) => name.startsWith(start)).length;
  const records = Object.values(waiting?.observations ?? {}).reduce((sum, n) => sum + n, 0);
  return [
    `In ${folder} this will be deleted for good:`,
    `  the identity and keys of this device (${there.filter((name) => !name.includes('/') && !isElsewhere(name)).length} files)`,
    ...there.filter(isElsewhere).map((place) => `  the way to it from a browser: ${place}`),
    `  what was recorded and not yet sent: ${count('spool/batch-')} batches, ${count('spool/image-')} screenshots` +
      (waiting === undefined ? '' : ` with ${records} records`),
    '  What was sent before stays on the server and is not touched by this.',
  ];
}

async function wipeRunning(folder: string): Promise<WipeReport> {
  const answer = await askAgent(folder, { command: 'wipe' }, 60_000);
  if (answer === null)
    throw new CliEnd(exitCodes.notRunning, 'the agent ended in the meantime', 'run the command again');
  if (!answer.ok) throw refusedBy(answer);
  return answer.wiped ?? { retired: false, filesRemoved: 0, left: [] };
}

async function wipeStopped({ clock, random, places }: WipeDeps, folder: string): Promise<WipeReport> {
  // A device whose own files are damaged can still be wiped; it just cannot prove to the server who it was.
  const device = await openFolder(folder)
    .then((files) => readIdentity(folder, files))
    .catch(() => null);
  const boot = BootId.parse(random.uuid());
  const handshake = { clock, random, boot, agentVersion: AGENT_VERSION, policyKey: () => null, policyVersion: () => 0 };
  const retired = device !== null && (await retireDevice({ ...device, ...handshake }, RETIRE_MS));
  return { retired, ...(await wipeFolder(folder, places)) };
}
