import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { command, serverCli } from '../support/agentProcess.ts';
import { type Json, PASSWORD, setUpTotp, totpCode } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { openConsole, seriousOn, showIn } from '../support/consolePage.ts';
import { eventually, publishLevels, startServerProcess } from '../support/daylight.ts';
import { atTheEditor, script } from '../support/days/moments.ts';
import { startUnseenAgent, type UnseenAgent } from '../support/unseenAgent.ts';
import { enrolEmployee, openWorkplace, type Workplace } from '../support/workplace.ts';

// The built programs: the key is changed in the console while one computer is connected, and on the host while nobody is; another
// computer was away for both.

const PATIENCE = 90_000;

describe(
  'the signing key is changed',
  () => {
    const closers: (() => Promise<unknown>)[] = [];
    let folder: string;
    let place: Workplace;
    let secret: string;
    let here: UnseenAgent;
    let away: UnseenAgent | null = null;
    let browser: TestBrowser;

    beforeAll(async () => {
      await buildConsole();
      folder = await mkdtemp(join(tmpdir(), 'daylight-signing-key-'));
      closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      place = await openWorkplace(join(folder, 'server'), { app: 'name' });
      closers.push(() => place.server.kill());
      secret = await setUpTotp(place.owner, { now: () => Date.now() });
      for (const name of ['here', 'away']) await enrolEmployee(place, join(folder, name));
      here = await startUnseenAgent(folder, join(folder, 'here'), script([...atTheEditor]), 0.5);
      closers.push(() => here.kill());
      away = await startUnseenAgent(folder, join(folder, 'away'), script([...atTheEditor]), 0.5);
      await away.stop();
      browser = await startBrowser();
      closers.push(() => browser.close());
    });
    afterAll(async () => {
      await away?.kill();
      for (const close of closers.reverse()) await close();
    });

    const keysOf = async (name: string): Promise<Json[]> =>
      JSON.parse(await readFile(join(folder, name, 'policy.json'), 'utf8')).keys;
    const stateOf = ({ policy, refused }: AgentStatus) => [policy?.version, refused];

    it('in the console: it says first what happens, asks for the person, and the connected computer has it at once', async () => {
      const clock = { now: () => Date.now() };
      const of = { client: place.owner, path: '/notice/keys', heading: 'Signing keys' };
      const page = await openConsole(browser, { url: place.server.url, clock }, of);
      await page.getByText('Signs now').waitFor();
      expect(await seriousOn(page, 'keys')).toEqual([]);
      await page.getByRole('button', { name: 'Change the key' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('What is collected stays as it is.').waitFor();
      await dialog.getByText('Key 1 is deleted here and never signs again.').waitFor();
      await dialog.getByLabel('It may be stolen').check();
      await dialog.getByLabel('Current password').fill(PASSWORD);
      await dialog.getByLabel('Code').fill(await nextCode());
      for (const scheme of ['light', 'dark'] as const) {
        await showIn(page, scheme);
        expect(await seriousOn(page, `dialog ${scheme}`)).toEqual([]);
      }
      await dialog.getByRole('button', { name: 'Change the key' }).click();
      await page.getByRole('heading', { name: 'Key 2' }).waitFor();
      await page.getByRole('heading', { name: 'Keys before it' }).waitFor();
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await seriousOn(page, 'keys, narrow')).toEqual([]);
      await page.context().close();
      await expect.poll(() => keysOf('here'), { timeout: PATIENCE }).toHaveLength(1);
      expect(stateOf(await here.status())).toEqual([place.notice, null]);
      expect(await keysOf('away')).toEqual([]);
    });

    it('on the host, while no server runs: the computer that was connected comes back and follows', async () => {
      const { data, server } = place;
      await server.stop();
      const changed = await command(serverCli, ['keys', 'rotate', '--data', data, '--organisation', 'Acme', '--yes']);
      expect([changed.code, changed.err]).toEqual([0, '']);
      expect(changed.out).toContain('Key 3 signs the policies of "Acme" now');
      const again = await startServerProcess({ data, port: Number(new URL(server.url).port) });
      closers.push(() => again.kill());
      await expect.poll(() => keysOf('here'), { timeout: PATIENCE }).toHaveLength(2);
    });

    it('the computer that was away for both catches up when it starts, and both obey what is published after that', async () => {
      away = await startUnseenAgent(folder, join(folder, 'away'), script([...atTheEditor]), 0.5);
      await expect.poll(() => keysOf('away'), { timeout: PATIENCE }).toHaveLength(2);
      const version = await publishLevels(place.owner, { app: 'off' }, 'enough was seen');
      for (const agent of [here, away]) {
        await eventually('it obeys', async () => (await agent.status()).policy?.version === version);
        expect(stateOf(await agent.status())).toEqual([version, null]);
      }
      const { parameters } = await place.owner.ok('GET', '/policy/proof');
      expect(parameters.find(({ parameter }: Json) => parameter === 'app')).toBeDefined();
    });

    /** One that was not used: they last thirty seconds. */
    async function nextCode(): Promise<string> {
      const used = totpCode(secret, Date.now());
      await expect.poll(() => totpCode(secret, Date.now()), { timeout: PATIENCE }).not.toBe(used);
      return totpCode(secret, Date.now());
    }
  },
  3 * PATIENCE,
);
