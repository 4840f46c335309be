import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../shared/time.ts';
import { acknowledgeOn } from '../support/acknowledgeOn.ts';
import { addMember, type Client, type Member, publish, startServer, type TestServer } from '../support/api.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { loaded, openConsole, seriousOn } from '../support/consolePage.ts';
import { dial } from '../support/ingestKit.ts';
import { type RecordedDay, recordDay } from '../support/recordedDay.ts';

// A real server and a real browser: a manager leaves screenshots out for their team, and each member reads why they are off.

const WORDS = 'The screens of support show what customers write.';

describe('leaving something out for a team', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let manager: Member;
  let mia: Member;
  let team: string;
  let day: RecordedDay;

  beforeAll(async () => {
    await buildConsole();
    server = await startServer();
    const { client: owner, org } = await server.addOrganisation('Acme');
    team = (await owner.ok('POST', '/teams', { name: 'Support' })).id;
    await publish(owner, { screenshot: { level: 'blurred' }, app: { level: 'name' } });
    mia = await addMember(server, owner, 'employee', { name: 'Mia', email: 'mia@acme.example.com', teams: [team] });
    const managesTeams = [team];
    manager = await addMember(server, owner, 'manager', { name: 'Max', email: 'max@acme.example.com', managesTeams });
    day = await recordDay(server.data, org, mia.person, server.clock.now() - 3 * HOUR);
    await acknowledgeOn(server.server.port, owner, day.device);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const open = (client: Client, path: string, heading: string): Promise<Page> =>
    openConsole(browser, server, { client, path, heading });
  const screenshots = async (page: Page) => {
    const row = page.locator('[data-parameter=screenshot]');
    await row.locator('summary').click();
    return row;
  };

  it('the member first reads that nothing limits what the policy has', async () => {
    const page = await open(mia.client, '/why', 'Why on or off, for you');
    const row = await screenshots(page);
    await row.getByText('Decided by: Organisation').waitFor();
    await row.locator('[data-layer=team]').getByText('does not limit it').waitFor();
    expect(await seriousOn(page, 'why')).toEqual([]);
  });

  it('the manager leaves them out on the page of the team, which says what that does, and asks why', async () => {
    const page = await open(manager.client, `/teams/${team}`, 'Support');
    await page.getByText('Nothing is left out.').waitFor();
    await page.getByRole('button', { name: 'Change what is left out' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('What waits there of what is now left out is deleted.').waitFor();
    await dialog.getByRole('combobox', { name: 'Screenshots' }).click();
    await page.getByRole('option', { name: 'Off', exact: true }).click();
    await dialog.getByRole('button', { name: 'Leave out', exact: true }).click();
    await dialog.getByText('Say in a few words why.').waitFor();
    await dialog.getByLabel('Why?').fill(WORDS);
    expect(await seriousOn(page, 'leave out')).toEqual([]);
    await dialog.getByRole('button', { name: 'Leave out', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Screenshots: Off').waitFor();
    await page.getByText(WORDS).waitFor();
  });

  it('the member reads that their team decides it, with the reason, and their computer is given it', async () => {
    const page = await open(mia.client, '/why', 'Why on or off, for you');
    const row = await screenshots(page);
    await row.getByText('Decided by: Team').waitFor();
    await loaded(page);
    const deciding = row.locator('[aria-current=true]');
    expect(await deciding.count()).toBe(1);
    expect(await deciding.innerText()).toMatch(/Team\s+decides\s+off\s+Support: “The screens of support/);
    await using agent = await dial(server.server.port);
    await agent.hello(day.device);
    const { lease } = await agent.take('welcome');
    expect(JSON.parse(lease?.payload ?? '{}').terms.team).toEqual({ screenshot: 'off' });
  });

  it('the manager reads the same of the member, and that the look is on record', async () => {
    const page = await open(manager.client, `/people/${mia.person}`, 'Mia');
    await page.getByRole('heading', { name: 'For Support' }).waitFor();
    await page.getByRole('link', { name: 'Why it is on or off for Mia' }).click();
    await page.getByText('This look is on record; Mia can see it.').waitFor();
    await (await screenshots(page)).getByText('Decided by: Team').waitFor();
  });
});
