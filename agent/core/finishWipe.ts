import type { WipeReport } from '../../shared/protocol/window.ts';
import { SECOND } from '../../shared/time.ts';
import { ENDED_FILE, type EndedNote, readEnded, writeEnded } from './ended.ts';
import { type Folder, openFolder } from './files.ts';
import type { BrowserPlaces, Clock } from './ports.ts';
import { answerWiped } from './uplink/answerWiped.ts';
import { wipeFolder } from './wipe.ts';

export interface Finishing {
  readonly folder: string;
  readonly files: Folder;
  readonly places: BrowserPlaces;
  readonly clock: Clock;
}

/** Whoever waits for the page that says it waits no longer than this; what was not answered by then is at the next start. */
const ANSWER_MS = 6 * SECOND;

/**
 * A wipe that the server ordered, from wherever it has come to: everything goes but the note, it is looked whether it is gone, and only then the
 * server is told. The note goes too where no account has ended.
 */
export async function finishWipe(deps: Finishing, note: EndedNote): Promise<WipeReport> {
  const { folder, files, places, clock } = deps;
  const wiped = { retired: true, ...(await wipeFolder(folder, places, ENDED_FILE)) };
  if (note.ended === null) {
    if (wiped.left.length === 0) await files.remove(ENDED_FILE).catch(() => undefined);
    return wiped;
  }
  if (wiped.left.length > 0) return { ...wiped, ended: { ...note.ended, answered: false } };
  await writeEnded(files, { ...note, isGone: true });
  const answered = note.answer === null || (await answerWiped(note.answer, clock, ANSWER_MS));
  if (answered) await writeEnded(files, { ...note, isGone: true, answer: null });
  return { ...wiped, ended: { ...note.ended, answered } };
}

/** At the start, before anything else: goes on with what was cut off. Null where there is nothing to go on with. */
export async function resumeWipe(
  deps: Omit<Finishing, 'files'>,
): Promise<{ readonly note: EndedNote; readonly report: WipeReport } | null> {
  const files = await openFolder(deps.folder);
  const note = await readEnded(files);
  if (note === null || (note.isGone && note.answer === null)) return null;
  return { note, report: await finishWipe({ ...deps, files }, note) };
}

/** Before this computer is enrolled anew. */
export async function forgetEnded(files: Folder, clock: Clock): Promise<void> {
  const answer = (await readEnded(files))?.answer ?? null;
  if (answer !== null) await answerWiped(answer, clock, ANSWER_MS);
  await files.remove(ENDED_FILE);
}
