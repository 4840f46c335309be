import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DaylightError } from '../../shared/errors.ts';
import { removeFile } from './spool/disk.ts';

/** Below the data folder, while a picture is taken: what tools of the system write on the way to it. */
export const CAPTURES = 'daylight-captures';

/** What `writeDurably` leaves of these when the process is killed in between, and what pairing a browser does. */
const TEMPORARY =
  /^((identity\.json|enrolment\.sealed|device\.key|spool\.key(chain)?|policy\.json|recorder\.sealed|heard\.sealed|audit\.json|ended\.json|acknowledgement\.json|window-[0-9a-f]{16}\.html)\.[0-9a-f]{12}\.tmp|(browser-token|native-host|native-manifests\.json)\.[0-9a-f]{12}\.new)$/;

/** Deletes what an agent that was killed left half done. Only for the one agent of an enrolled folder. Throws DaylightError. */
export async function removeLeftovers(folder: string): Promise<void> {
  try {
    await rm(join(folder, CAPTURES), { recursive: true, force: true });
    for (const name of await readdir(folder)) if (TEMPORARY.test(name)) await removeFile(join(folder, name), true);
  } catch (error) {
    throw new DaylightError('unavailable', `what an earlier agent left half done in ${folder} could not be deleted`, {
      remedy: `delete "${CAPTURES}" and files that end in ".tmp" or ".new" there, then start the agent again`,
      cause: error,
    });
  }
}
