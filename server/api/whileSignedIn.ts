import { DaylightError } from '../../shared/errors.ts';
import type { ExportFile } from '../lifecycle/exportWriting.ts';

/** One file may be most of a download, and what is on its way to the client cannot be called back. */
const ASK_AGAIN_BYTES = 4 * 1024 * 1024;

/** Whoever signs out everywhere, or is signed out, ends the download before its next file or the next few MB of a large one. */
export async function* whileSignedIn(
  isSignedIn: () => Promise<boolean>,
  files: AsyncIterable<ExportFile>,
): AsyncGenerator<ExportFile> {
  const ask = async (): Promise<void> => {
    if (!(await isSignedIn())) throw new DaylightError('unauthenticated', 'the session has ended');
  };
  for await (const file of files) {
    await ask();
    yield { ...file, content: askingWithin(file.content, ask) };
  }
}

async function* askingWithin(content: AsyncIterable<Uint8Array>, ask: () => Promise<void>): AsyncGenerator<Uint8Array> {
  let unasked = 0;
  for await (const chunk of content) {
    unasked += chunk.length;
    if (unasked >= ASK_AGAIN_BYTES) {
      await ask();
      unasked = 0;
    }
    yield chunk;
  }
}
