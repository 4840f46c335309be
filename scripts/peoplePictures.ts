import path from 'node:path';
import type { Page } from 'playwright-core';
import { initialise } from '../server/initialise.ts';
import { TeamView } from '../shared/protocol/http/teams.ts';
import { addMember, type Client, createClient, PASSWORD, setUpTotp, startServer } from '../test/support/api.ts';
import { startBrowser, type TestBrowser } from '../test/support/browser.ts';
import { enrol } from '../test/support/enrolled.ts';

interface Shot {
  readonly name: string;
  readonly place: string;
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Pictures of how an organisation begins and of who is in it: the owner's first steps, people, a team, a person, an account. */
export async function peoplePictures(images: string): Promise<void> {
  const server = await startServer();
  const browser = await startBrowser();
  try {
    const names = { organisation: 'Nordlicht', ownerName: 'Olga Brandt', ownerEmail: 'olga@example.com' };
    const { token } = await initialise(server.data, names, { clock: server.clock });
    const owner = createClient(server.url);
    await owner.ok('POST', '/session/link', { token });
    await owner.ok('PUT', '/account/password', { password: PASSWORD });
    const take = (shot: Shot) => takeAll(browser, { url: server.url, owner, images }, shot);

    await take({
      name: 'first-steps',
      place: '/begin/policy',
      prepare: (page) => page.getByLabel('Balanced').check(),
    });
    const design = TeamView.parse(await owner.ok('POST', '/teams', { name: 'Design' }));
    const team = design.id;
    await owner.ok('POST', '/teams', { name: 'Engineering' });
    const invite = (person: object) => owner.ok('POST', '/people', person);
    await invite({ name: 'Noor Dahl', email: 'noor@example.com', role: 'manager', managesTeams: [team] });
    const member = { name: 'Mia Sommer', email: 'mia@example.com', teams: [team] };
    const mia = await addMember(server, owner, 'employee', member);
    await take({ name: 'first-people', place: '/begin/people' });
    await take({ name: 'people', place: '/people' });
    await take({ name: 'team', place: `/teams/${team}` });
    await enrol(server.url, mia.client, mia.person, server.clock.now());
    await owner.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
    await take({ name: 'person', place: `/people/${mia.person}` });
    await setUpTotp(owner, server.clock);
    await take({ name: 'account', place: '/account' });
  } finally {
    await browser.close();
    await server.close();
  }
}

async function takeAll(
  browser: TestBrowser,
  { url, owner, images }: { url: string; owner: Client; images: string },
  { name, place, prepare }: Shot,
): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1_280, 390]) {
      const viewport = { width, height: width === 390 ? 844 : 900 };
      const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'UTC', reducedMotion: 'reduce' });
      const [cookie = '', value = ''] = (owner.cookie ?? '').split('=');
      await context.addCookies([{ name: cookie, value, url }]);
      const page = await context.newPage();
      await page.goto(`${url}/#${place}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await prepare?.(page);
      await page.waitForTimeout(1_000);
      await page.screenshot({ path: path.join(images, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      console.log(`${name} ${width} ${colorScheme}`);
      await context.close();
    }
  }
}
