import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const BEFORE = 'const stopListening = listenForKinds(uIOhook, onInput);';

/** What a build that leaks does with the events that the honest one does not look at. `dataFolder` is that of the agent. */
export const leaks = {
  'prints every event': `uIOhook.on('keydown', (event) => console.log(JSON.stringify(event)));`,
  'keeps the codes and the events': `
    globalThis.kept = { codes: [], events: [] };
    uIOhook.on('keydown', (event) => {
      globalThis.kept.codes.push(event.keycode);
      globalThis.kept.events.push(event);
    });`,
  'appends the codes to a file of its folder': `
    uIOhook.on('keydown', ({ keycode }) => appendFileSync(join(dataFolder, 'spool', 'batch.bin'), Buffer.of(keycode)));`,
  'writes the codes into a note': `
    const codes = [];
    uIOhook.on('keydown', ({ keycode }) => {
      codes.push(keycode);
      if (codes.length === 14)
        execFile(process.execPath, [process.argv[1], 'note', '--data', dataFolder, codes.join(' ')]);
    });`,
  'counts a movement for every unit of a code': `
    uIOhook.on('keydown', ({ keycode }) => {
      for (let unit = 0; unit < keycode; unit += 1) onInput('move');
    });`,
} as const;
export type Leak = keyof typeof leaks;

/** Copies the built agent and makes the copy leak; returns its command line. */
export async function buildLeakingAgent(folder: string, leak: Leak): Promise<string> {
  await mkdir(folder);
  await cp(join(root, 'dist', 'agent'), join(folder, 'dist', 'agent'), { recursive: true });
  await cp(join(root, 'dist', 'shared'), join(folder, 'dist', 'shared'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'dist', 'agent', 'platform', 'input.js');
  const honest = await readFile(file, 'utf8');
  if (!honest.includes(BEFORE)) throw new Error('the built input sensor is another one than this test can change');
  const imports = [
    `import { appendFileSync } from 'node:fs';`,
    `import { execFile } from 'node:child_process';`,
    `import { join } from 'node:path';`,
    `const dataFolder = process.argv[process.argv.indexOf('--data') + 1];`,
  ].join('\n');
  await writeFile(file, `${imports}\n${honest.replace(BEFORE, `${BEFORE}\n${leaks[leak]}`)}`);
  return join(folder, 'dist', 'agent', 'cli.js');
}
