import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole, buildWindow } from '../support/consoleBuild.ts';
import { openConsole, seriousOn } from '../support/consolePage.ts';
import { eventually } from '../support/daylight.ts';
import { atTheEditor, script, typing } from '../support/days/moments.ts';
import { startUnseenAgent, type UnseenAgent } from '../support/unseenAgent.ts';
import { enrolEmployee, folders, openWorkplace, type Workplace } from '../support/workplace.ts';

// The built programs and a real browser: an organisation leaves out an application that is in front at that moment.

const PATIENCE = 90_000;

describe(
  'an application that the organisation leaves out',
  () => {
    const closers: (() => Promise<unknown>)[] = [];
    let place: Workplace;
    let agent: UnseenAgent;
    let browser: TestBrowser;
    let window: Page;
    let page: Page;

    beforeAll(async () => {
      await Promise.all([buildWindow(), buildConsole()]);
      const folder = await mkdtemp(join(tmpdir(), 'daylight-exclusions-'));
      closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      const { server, agent: data } = folders(folder);
      place = await openWorkplace(server, { app: 'name', title: 'full' });
      closers.push(() => place.server.kill());
      await enrolEmployee(place, data);
      agent = await startUnseenAgent(folder, data, script([...atTheEditor, typing]), 0.5);
      closers.push(() => agent.kill());
      browser = await startBrowser();
      closers.push(() => browser.close());
      window = await (await browser.newContext({ viewport: { width: 420, height: 900 } })).newPage();
      window.setDefaultTimeout(PATIENCE);
      await window.goto((await agent.tell('window', '--no-open')).out.trim().split('\n').at(-1) ?? '');
      await window.getByRole('button', { name: 'Start tracking' }).click();
      await eventually('titles wait', async () => ((await waiting()).title ?? 0) > 0, PATIENCE);
    });
    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });

    const waiting = async (): Promise<Json> => (await agent.status()).waiting.observations;
    const today = (): Promise<Json> => {
      const day = new Date().toISOString().slice(0, 10);
      const path = `/people/${place.employee.person}/day?day=${day}&zone=UTC&purpose=own_data`;
      return place.employee.client.ok('GET', path);
    };

    it('is named in Collection, where a wrong name is refused in words, and published', async () => {
      const at = { url: place.server.url, clock: { now: () => Date.now() } };
      page = await openConsole(browser, at, { client: place.owner, path: '/collection', heading: 'Collection' });
      const name = page.getByRole('textbox', { name: 'Applications' });
      const add = page.locator('form').filter({ has: name }).getByRole('button');
      await name.fill('*');
      await add.click();
      await page.getByText(/to leave out everything, switch the parameter off/).waitFor();
      await name.fill('Code');
      await add.click();
      await page.locator('code').getByText('code', { exact: true }).waitFor();
      expect(await seriousOn(page, 'collection')).toEqual([]);
      await page.getByRole('button', { name: 'Review and publish' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Why?').fill('The editor is used for private notes too.');
      await dialog.getByRole('button', { name: /^Publish/ }).click();
      await expect
        .poll(async () => (await place.owner.ok('GET', '/policy')).policy.exclusions, { timeout: PATIENCE })
        .toEqual({ apps: ['code'], sites: [] });
    });

    it('what waited of it is deleted, what comes of it is only that something private is in front, and the notice says so', async () => {
      await eventually('the device has heard', async () => ((await waiting()).title ?? 0) === 0, PATIENCE);
      await wait(3_000);
      expect((await waiting()).title ?? 0).toBe(0);
      await window.getByRole('button', { name: 'Stop' }).click();
      await eventually('it has sent all', async () => (await agent.status()).waiting.batches === 0, PATIENCE);
      const { apps } = await today();
      expect(apps.length).toBeGreaterThan(0);
      expect(new Set(apps.map(({ label, title }: Json) => `${label} ${title}`))).toEqual(new Set(['private null']));
      await window.getByRole('button', { name: 'Read the whole notice' }).click();
      await window
        .getByRole('dialog')
        .getByText('Of the applications code only that something private is in front.')
        .waitFor();
    });
  },
  PATIENCE * 3,
);
