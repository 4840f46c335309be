import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { electronBinary } from '../../scripts/electronBinary.ts';
import { type Desktop, desktopMissing, startDesktop } from '../support/desktop.ts';
import { desktopTests } from '../support/desktopTests.ts';

const binary = electronBinary();
const root = path.resolve(import.meta.dirname, '../..');

// The one thing that a fake cannot show. Where the binary was not fetched, a test of that name says so, and nothing is counted as
// if Electron had been run.
if (binary === null) {
  test('real Electron was NOT run here: its binary was not fetched (npm run desktop fetches it)', () => {
    process.stderr.write(
      '\nReal Electron was not run: its binary is not on this computer. Fetch it with "npm run desktop".\n',
    );
    expect(electronBinary()).toBeNull();
  });
} else {
  desktopTests('real Electron', process.platform === 'linux' ? desktopMissing() : [], () => {
    let desktop: Desktop | null = null;
    beforeAll(async () => {
      if (process.platform === 'linux') desktop = await startDesktop();
    });
    afterAll(() => desktop?.stop());

    test('shows the built window, isolated: two functions, no Node, nothing from elsewhere, nothing inline', async () => {
      const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
      const child = spawn(binary, [...(isRoot ? ['--no-sandbox'] : []), root, '--self-test'], {
        env: desktop?.env ?? process.env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', resolve);
      });
      const line = said.split('\n').find((text) => text.startsWith('{')) ?? '{}';
      expect({ code, report: JSON.parse(line) }).toMatchObject({
        code: 0,
        report: { ok: true, host: 'not_enrolled', windowSeen: true },
      });
    });
  });
}
