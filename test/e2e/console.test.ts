import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Agent, createAgent } from '../../agent/core/agent.ts';
import { askNotice, enrol } from '../../agent/core/enrolment.ts';
import { openFolder } from '../../agent/core/files.ts';
import { createScriptedPlatform } from '../../agent/platform/scripted.ts';
import { createSystemClock } from '../../agent/platform/system.ts';
import { storedKeys } from '../../server/console/storage.ts';
import { initialise } from '../../server/initialise.ts';
import { sessionCookie } from '../../shared/protocol/http.ts';
import { systemRandom } from '../support/agentKit.ts';
import { PASSWORD, startServer, type TestServer, totpCode } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded, seriousOn, showIn } from '../support/consolePage.ts';
import { officeDay } from '../support/days/office.ts';

const clock = createSystemClock();

describe('the console in a real browser, on a real server, with a real agent', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let page: Page;
  let folder: string;
  let agent: Agent | null = null;
  let token = '';
  let person = '';
  const wrong: string[] = [];
  const elsewhere: string[] = [];

  beforeAll(async () => {
    await buildConsole();
    server = await startServer();
    const owner = {
      organisation: 'Nordlicht',
      ownerName: 'Olga Brandt',
      ownerEmail: 'olga@example.com',
      reactionDays: 0,
    };
    ({ token, person } = await initialise(server.data, owner, { clock: server.clock }));
    browser = await startBrowser();
    page = await (
      await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
    ).newPage();
    page.setDefaultTimeout(90_000);
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) wrong.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('blob:')) elsewhere.push(request.url());
    });
    folder = await mkdtemp(join(tmpdir(), 'daylight-console-'));
  });

  afterAll(async () => {
    await agent?.close();
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const startAgent = async () => {
    const platform = createScriptedPlatform(officeDay, clock);
    const indicator = { visible: () => true, say: () => undefined, introduce: () => 'seen' as const };
    agent = await createAgent({ folder, platform, clock, random: systemRandom, indicator, agentVersion: '0.1.0' });
    agent.start();
  };
  const open = async (path: string, heading: string) => {
    await page.goto(`${server.url}/#${path}`);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const proofOf = (parameter: string) => page.locator(`[data-parameter=${parameter}] [data-proof]`);
  const publish = async (parameter: string, level: string, reason: string) => {
    await page.locator(`[data-parameter=${parameter}]`).getByText(level, { exact: true }).first().click();
    await page.getByRole('button', { name: 'Review and publish' }).click();
    await page.getByRole('textbox', { name: 'Why?' }).fill(reason);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  test('a one-time link leads to a password and then to the first steps, and leaves no token in the address', async () => {
    await page.goto(`${server.url}/#/link/${token}`);
    await page.getByRole('button', { name: 'Sign in with this link' }).click();
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('The same again').fill('something else');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('This is not the same as above.').waitFor();
    await page.getByLabel('The same again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
    expect(page.url()).toBe(`${server.url}/#/begin`);
  });

  test('a second factor is set up with an authenticator, and its recovery codes are shown until they are kept', async () => {
    await open('/account', 'Account');
    await page.getByRole('button', { name: 'Set up a second factor' }).click();
    const secret = ((await page.getByTestId('totp-secret').textContent()) ?? '').replaceAll(' ', '');
    await page.getByRole('textbox', { name: 'Code' }).fill(totpCode(secret, server.clock.now()));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await expect
      .poll(() => page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').count())
      .toBeGreaterThan(4);
    expect(await page.getByRole('button', { name: 'Go on' }).isDisabled()).toBe(true);
    await page.getByLabel('I have saved them').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Move to another authenticator' }).waitFor();
  });

  test('the same link a second time says what to do', async () => {
    const other = await (await browser.newContext()).newPage();
    await other.goto(`${server.url}/#/link/${token}`);
    await other.getByRole('button', { name: 'Sign in with this link' }).click();
    await other.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    await other.getByText('daylight-server sign-in-link --data').waitFor();
    await other.context().close();
  });

  test('a code from the console enrols a device, whose receipt then confirms every switch', async () => {
    await open('/account', 'Account');
    await page.getByRole('button', { name: 'Add a device' }).click();
    await page.getByRole('button', { name: 'Make a code' }).click();
    const words = (await page.getByText('daylight-agent enrol').textContent()) ?? '';
    const [, address = ''] = /^daylight-agent enrol --server (\S+)$/.exec(words) ?? [];
    const code = (await page.getByText(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/).textContent()) ?? '';
    expect(address).toBe(server.url);
    const invitation = { server: address, code, ca: null };
    const files = await openFolder(folder);
    await enrol({ folder, files, clock, random: systemRandom }, invitation, await askNotice(invitation), true);
    await startAgent();
    await open('/collection', 'Collection');
    await expect.poll(() => proofOf('screenshot').getAttribute('data-proof')).toBe('confirmed');
    expect(await proofOf('screenshot').textContent()).toContain('confirmed on 1 of 1');
  });

  test('a change needs a reason, and its proof arrives without reloading', async () => {
    await page.locator('[data-parameter=app]').getByText('Name', { exact: true }).first().click();
    await page.getByText('1 change, not published').waitFor();
    await page.getByRole('button', { name: 'Review and publish' }).click();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Say in a few words why.').waitFor();
    await page.getByRole('textbox', { name: 'Why?' }).fill('costing of projects');
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect
      .poll(() => proofOf('app').textContent())
      .toMatch(/Up to: Name.*confirmed on 1 of 1.*0 recording now · it begins where the notice of it was acknowledged/);
  });

  test('with the device away, "off" is not said before it has signed; when it is back, it is', async () => {
    await agent?.close();
    agent = null;
    await publish('app', 'Off', 'no longer needed');
    await expect.poll(() => proofOf('app').textContent()).toMatch(/Waiting for proof.*1 not reachable: stop by/);
    await startAgent();
    await expect.poll(() => proofOf('app').getAttribute('data-proof')).toBe('confirmed');
    expect(await proofOf('app').textContent()).toMatch(/^Off.*confirmed on 1 of 1/);
  });

  test('a change that someone else made first is shown, and the draft is kept', async () => {
    const second = await page.context().newPage();
    await second.goto(`${server.url}/#/collection`);
    await second.locator('[data-parameter=notes]').getByText('On', { exact: true }).click();
    await publish('timezone', 'On', 'working time abroad');
    await second.getByText('while you were editing').waitFor();
    await second.getByText('1 change, not published').waitFor();
    await second.getByRole('button', { name: /Put mine on top of version/ }).click();
    await second.getByRole('button', { name: 'Review and publish' }).waitFor();
    await second.close();
  });

  test("another's day is not read before a purpose is chosen; one's own is, and says why it is empty", async () => {
    await open('/people', 'People');
    await page.getByRole('link', { name: 'Olga Brandt', exact: true }).waitFor();
    const team = await page.request.post(`${server.url}/api/v1/people`, {
      headers: { 'x-daylight': 'test' },
      data: { name: 'Mia Sommer', email: 'mia@example.com', role: 'employee' },
    });
    const { person: mia } = (await team.json()) as { person: { id: string } };
    const reads: string[] = [];
    page.on('request', (request) => {
      if (/\/day\?/.test(request.url())) reads.push(request.url());
    });
    // Someone else invited her: this page read the people before that, and finds out that it has to read them again.
    await open(`/people/${mia.id}/day`, 'Mia Sommer');
    await page.getByRole('heading', { name: 'Why do you want to see Mia Sommer’s day?' }).waitFor();
    expect(reads).toEqual([]);
    await page.getByRole('button', { name: /^Working time/ }).click();
    await page.getByText('Mia Sommer can see this').waitFor();
    await page.getByText('no enrolled device').first().waitFor();
    expect(reads).toHaveLength(1);
    await open(`/people/${mia.id}/day/2026-13-45?purpose=support`, 'No such day');
    await page.getByRole('link', { name: 'Go to today' }).click();
    await page.getByText('only what is collected for it').waitFor();
    expect(reads).toHaveLength(1);
    await open('/my-day', 'My day');
    await page.getByText('This is what your managers see, too.').waitFor();
    await open('/notice', 'What is collected');
    await page.getByText('What has passed its days is shown to nobody').waitFor();
  });

  test('no page has an accessibility fault that axe calls serious or critical', async () => {
    const pages = [
      ['/begin/organisation', 'First steps'],
      ['/begin/people', 'First steps'],
      ['/collection', 'Collection'],
      ['/people', 'People'],
      [`/people/${person}`, 'Olga Brandt'],
      ['/my-day', 'My day'],
      ['/who-looked', 'Who looked at my data'],
      ['/notice', 'What is collected'],
      ['/account', 'Account'],
      ['/security', 'Security events'],
    ] as const;
    const found: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      await showIn(page, scheme);
      for (const [path, heading] of pages) {
        await open(path, heading);
        await loaded(page);
        found.push(...(await seriousOn(page, `${path} ${scheme}`)));
      }
    }
    expect(found).toEqual([]);
  }, 300_000);

  test('the browser keeps one strictly necessary cookie and the choice of colours, and nothing else', async () => {
    await page.getByRole('radiogroup', { name: 'Colours' }).getByText('Dark', { exact: true }).click();
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toEqual([
      { name: sessionCookie(false), httpOnly: true, sameSite: 'Strict' },
    ]);
    const kept = () =>
      page.evaluate(async () => ({
        local: Object.keys(localStorage),
        session: Object.keys(sessionStorage),
        databases: (await indexedDB.databases()).length,
        caches: (await caches.keys()).length,
        workers: (await navigator.serviceWorker.getRegistrations()).length,
      }));
    await expect.poll(kept).toEqual({ local: [...storedKeys], session: [], databases: 0, caches: 0, workers: 0 });
  });

  test('a session that ends shows the sign-in, and leads back to the same page', async () => {
    await open('/security', 'Security events');
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(page.url()).toBe(`${server.url}/#/security`);
    expect(await seriousOn(page)).toEqual([]);
  });

  test('nothing was asked of another server, and the content security policy was never broken', () => {
    expect({ elsewhere, wrong }).toEqual({ elsewhere: [], wrong: [] });
  });
});
