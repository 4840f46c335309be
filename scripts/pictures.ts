import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startBrowser } from '../test/support/browser.ts';
import { build } from './build.ts';
import { createCamera } from './pictures/camera.ts';
import { enrolPictures } from './pictures/enrolPictures.ts';
import { entryPictures } from './pictures/entryPictures.ts';
import { peoplePictures } from './pictures/peoplePictures.ts';
import { windowPictures } from './pictures/windowPictures.ts';
import { workPictures } from './pictures/workPictures.ts';

const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'docs', 'images');
const all = [entryPictures, peoplePictures, workPictures, windowPictures, enrolPictures];

/**
 * Makes the pictures of docs/images, or those that are named: `npm run pictures -- day week`. The servers, the agent and the
 * pages are real; the people and their work are invented.
 */
async function pictures(asked: ReadonlySet<string>): Promise<void> {
  const known = all.flatMap(({ names }) => names);
  const unknown = [...asked].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no such picture: ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  await build();
  const browser = await startBrowser();
  try {
    const camera = await createCamera(browser, folder, asked);
    for (const { names, take } of all) if (names.some((name) => camera.wants(name))) await take(camera);
  } finally {
    await browser.close();
  }
}

await pictures(new Set(process.argv.slice(2))).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
