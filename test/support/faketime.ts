import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian keeps it, whatever the machine: `/usr/lib/TRIPLET/faketime`. Throws where the package is not installed. */
function faketimeLibrary(): string {
  for (const name of readdirSync('/usr/lib')) {
    const folder = join('/usr/lib', name, 'faketime');
    const file = filesIn(folder).find((one) => one === 'libfaketime.so.1');
    if (file !== undefined) return join(folder, file);
  }
  throw new Error('this test needs: apt-get install faketime');
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The environment of a process whose clock is another one. `by`: as faketime reads it, such as `+365d` or `-1d x10`. */
export function fakedTime(by: string): Readonly<Record<string, string>> {
  return { LD_PRELOAD: faketimeLibrary(), FAKETIME: by, FAKETIME_NO_CACHE: '1' };
}
