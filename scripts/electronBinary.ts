import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';

const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));

/**
 * Where the program of Electron is; null where it was not fetched. Its package comes without it (about 100 MB) and must not be
 * imported to find out: that would fetch it.
 */
export function electronBinary(): string | null {
  const named = path.join(folder, 'path.txt');
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = existsSync(named) ? readFileSync(named, 'utf8') : 'electron';
  const binary = path.join(override ?? path.join(folder, 'dist'), name);
  return existsSync(binary) && (override !== undefined || existsSync(named)) ? binary : null;
}

/** Fetches it as Electron's own command does, with its checksum. Fails with a sentence that says what to do. */
export async function fetchElectron(): Promise<string> {
  const { version, engines } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    version: string;
    engines: { node: string };
  };
  const needed = Number(/\d+/.exec(engines.node)?.[0] ?? 0);
  if (Number(process.versions.node.split('.')[0]) < needed) {
    throw new Error(
      `Electron ${version} can be fetched with Node ${needed} or newer; this is ${process.version}. Use that Node for this once, or put its folder into ELECTRON_OVERRIDE_DIST_PATH.`,
    );
  }
  process.stdout.write(`Fetching Electron ${version} (about 100 MB, once) …\n`);
  const child = spawn(process.execPath, [path.join(folder, 'install.js')], { stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const binary = electronBinary();
  if (code === 0 && binary !== null) return binary;
  const why =
    /\b(E[A-Z]{3,}|HTTP\w* ?\d*|4\d\d|5\d\d)\b/.exec(said)?.[0] ?? said.trim().split('\n')[0] ?? `exit code ${code}`;
  throw new Error(
    `Electron ${version} could not be fetched from github.com/electron/electron (${why}). Connect to the internet, or name a mirror in ELECTRON_MIRROR, ` +
      'or unpack it yourself and put its folder into ELECTRON_OVERRIDE_DIST_PATH. Until then "npm start" and "daylight-agent window" do the same in a browser.',
  );
}
