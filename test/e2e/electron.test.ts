import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { NATIVE_HOST } from '../../agent/desktop/ownProgram.ts';
import { createBrowserSensor } from '../../agent/platform/browser.ts';
import { pairingTokenPath } from '../../agent/platform/browserWord.ts';
import { EXTENSION_ORIGIN } from '../../agent/platform/extensionId.ts';
import { createNativeDecoder, encodeNativeFrame } from '../../agent/platform/nativeFrame.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { electronBinary } from '../../scripts/electronBinary.ts';
import { type Desktop, desktopMissing, startDesktop, until } from '../support/desktop.ts';
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

    const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    const own = [...(isRoot ? ['--no-sandbox'] : []), root];

    test.skipIf(process.platform === 'win32')(
      'is the native host of a browser: bytes in, bytes out, and an end',
      async () => {
        const folder = await mkdtemp(path.join(tmpdir(), 'daylight-electron-host-'));
        onTestFinished(() => rm(folder, { recursive: true, force: true }));
        await writeFile(pairingTokenPath(folder), `${'a'.repeat(64)}\n`, { mode: 0o600 });
        const child = spawn(binary, [...own, NATIVE_HOST, folder, EXTENSION_ORIGIN], {
          env: desktop?.env ?? process.env,
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        onTestFinished(() => void child.kill('SIGKILL'));
        const ended = once(child, 'close');
        const said: unknown[] = [];
        const decode = createNativeDecoder();
        child.stdout.on('data', (chunk: Buffer) => void said.push(...decode(chunk)));
        const sensor = createBrowserSensor({ folder, clock: createSystemClock() });
        onTestFinished(await sensor.start());
        await until('the host to be told to listen', () => (said.length > 0 ? true : null));
        const word = {
          browser: 'chromium',
          private: false,
          focused: true,
          url: 'https://example.org/',
          title: 'Example',
        };
        child.stdin.write(encodeNativeFrame(word));
        expect(await until('the word', () => sensor.tab())).toMatchObject({ title: 'Example' });
        child.stdin.end();
        expect(await ended).toEqual([0, null]);
        expect(said).toEqual([{ say: 'listen' }]);
      },
    );

    test('shows the built window, isolated: two functions, no Node, nothing from elsewhere, nothing inline', async () => {
      const child = spawn(binary, [...own, '--self-test'], {
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
