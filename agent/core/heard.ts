import { z } from 'zod';
import { ComingFrame, ConcernsFrame, LastNotice, LeavingFrame } from '../../shared/protocol/messages.ts';
import type { Folder } from './files.ts';
import type { Sealer } from './spool/batchFile.ts';
import { type Place, seal, unseal } from './spool/seal.ts';

/** What the server last said of what is coming, and of what the person knows already, as it came: to be read, and no reason to collect anything. */
export interface Heard {
  coming(): Said<ComingFrame> | null;
  /** Holds from the call on; on disk, too, when it resolves, unless the disk took nothing: then the next start shows what was there before. */
  heardComing(coming: ComingFrame): Promise<void>;
  /** The notice that the person acknowledged last on any computer, which may be none. Null: the server has not said. */
  lastNotice(): LastNotice | null;
  /** As `heardComing`. */
  heardLastNotice(last: LastNotice): Promise<void>;
  /** What happened to data of the person. Null: the server has not said. */
  concerns(): ConcernsFrame | null;
  /** As `heardComing`. */
  heardConcerns(concerns: ConcernsFrame): Promise<void>;
  /** With which day the account ends. Null: the server has not said. */
  leaving(): LeavingFrame | null;
  /** As `heardComing`. */
  heardLeaving(leaving: LeavingFrame): Promise<void>;
}

interface Said<T> {
  readonly said: T;
  /** It came in this run of the agent, and not from the file of an earlier one. */
  readonly isOfThisRun: boolean;
}

const File = z.strictObject({
  coming: ComingFrame.nullable(),
  lastNotice: LastNotice.nullable(),
  concerns: ConcernsFrame.nullable().default(null),
  leaving: LeavingFrame.nullable().default(null),
});
type File = z.infer<typeof File>;

const FILE = 'heard.sealed';
const PLACE: Place = { kind: 'heard', name: 'heard', index: 0 };

/** `sealer`: the key of the spool. A file that it does not open says nothing. */
export async function openHeard(files: Folder, sealer: Sealer): Promise<Heard> {
  let held: File = await read(files, sealer);
  let isOfThisRun = false;
  /** Nothing rests on it, and what is in memory is shown: a disk that is full stops nothing here. */
  async function keep(): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(held));
    await files.write(FILE, seal(sealer.key, sealer.nonce(), PLACE, bytes)).catch(() => undefined);
  }
  return {
    coming: () => (held.coming === null ? null : { said: held.coming, isOfThisRun }),
    async heardComing(coming) {
      held = { ...held, coming };
      isOfThisRun = true;
      await keep();
    },
    lastNotice: () => held.lastNotice,
    async heardLastNotice(lastNotice) {
      held = { ...held, lastNotice };
      await keep();
    },
    concerns: () => held.concerns,
    async heardConcerns(concerns) {
      held = { ...held, concerns };
      await keep();
    },
    leaving: () => held.leaving,
    async heardLeaving(leaving) {
      held = { ...held, leaving };
      await keep();
    },
  };
}

async function read(files: Folder, { key }: Sealer): Promise<File> {
  const bytes = await files.read(FILE);
  const plain = bytes === null ? null : unseal(key, PLACE, bytes);
  const nothing: File = { coming: null, lastNotice: null, concerns: null, leaving: null };
  if (plain === null) return nothing;
  try {
    return File.safeParse(JSON.parse(plain.toString('utf8'))).data ?? nothing;
  } catch {
    return nothing;
  }
}
