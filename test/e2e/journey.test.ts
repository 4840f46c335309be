import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ParameterId } from '../../shared/catalog.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { agentCli, command } from '../support/agentProcess.ts';
import { PASSWORD, totpCode } from '../support/api.ts';
import { awayFromMidnight, MIDNIGHT_MS } from '../support/awayFromMidnight.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/consoleBuild.ts';
import { eventually, initialiseData, runAgent, type ServerProcess, startServerProcess } from '../support/daylight.ts';
import { officeDay } from '../support/days/office.ts';
import type { Started } from '../support/nodeProcess.ts';

// From an empty folder to a switch that is off, with nothing but what people see: three of them in browsers, and the employee at
// a terminal. Built server, built agent, real browser; the desktop is a written day.

const PATIENCE = 60_000;
let folder: string;
let server: ServerProcess;
let browser: TestBrowser;
let agent: Started | null = null;
let owner: Page;
let manager: Page;
let employee: Page;
let token = '';
let previewed = '';
const links = { manager: '', employee: '' };
const agentData = () => join(folder, 'agent');
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await buildConsole();
  folder = await mkdtemp(join(tmpdir(), 'daylight-journey-'));
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const names = { organisation: 'Nordlicht', ownerName: 'Olga Brandt', ownerEmail: 'olga@example.com' };
  token = await initialiseData(join(folder, 'server'), names);
  server = await startServerProcess({ data: join(folder, 'server'), port: 0 });
  closers.push(() => server.kill());
  browser = await startBrowser();
  closers.push(() => browser.close());
  [owner, manager, employee] = [await newPage(), await newPage(), await newPage()];
});

afterAll(async () => {
  agent?.process.kill('SIGKILL');
  for (const close of closers.reverse()) await close();
});

test('the owner is led from the link to the first steps, and nothing is decided by looking at them', async () => {
  await owner.goto(`${server.url}/#/link/${token}`);
  await owner.getByRole('button', { name: 'Sign in with this link' }).click();
  await setPassword(owner, 'Set the password');
  await owner.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
  await owner.getByRole('link', { name: 'Choose what is collected' }).click();
  const notice = owner.getByTestId('notice-preview');
  await owner.getByLabel('Detailed').check();
  await notice.getByText('A blurred picture of the screen').waitFor();
  await owner.getByLabel('Time only').check();
  await expect.poll(() => notice.getByText('A blurred picture of the screen').count()).toBe(0);
  await owner.getByLabel('Balanced').check();
  await notice.getByText('The kind of application in front').waitFor();
  previewed = await notice.innerText();
  await owner.reload();
  expect(await collectedNow(owner)).toEqual(['Working sessions', 'Project and task']);
});

test('left and taken up again it is where it was; the notice that is published is word for word the one that was shown', async () => {
  await owner.goto(`${server.url}/#/`);
  await owner.getByRole('link', { name: 'First steps' }).click();
  await owner.getByRole('link', { name: 'What is collected' }).last().click();
  await owner.getByLabel('Balanced').check();
  await owner.getByRole('button', { name: 'Publish “Balanced”' }).click();
  await owner.getByText('Say in a few words why.').waitFor();
  await owner.getByRole('textbox', { name: 'Why?' }).fill('Costing of projects');
  await owner.getByRole('button', { name: 'Publish “Balanced”' }).click();
  await owner.getByText('Decided: version 2').waitFor();
  await owner.goto(`${server.url}/#/notice`);
  await owner.getByRole('heading', { level: 1, name: 'What is collected' }).waitFor();
  await owner.getByText('The kind of application in front').waitFor();
  await expect.poll(() => owner.getByRole('main').innerText()).toContain(previewed);
});

test('the owner makes a team, and a link each for its manager and somebody in it', async () => {
  await owner.goto(`${server.url}/#/begin`);
  await owner.getByRole('textbox', { name: 'Name of the team' }).fill('Design');
  await owner.getByRole('button', { name: 'Create the team' }).click();
  await owner.locator('p').getByText('Design', { exact: true }).waitFor();
  links.manager = await invite({ name: 'Noor Dahl', email: 'noor@example.com', role: 'Manager', field: 'Manages' });
  links.employee = await invite({ name: 'Mia Sommer', email: 'mia@example.com', role: 'Employee', field: 'Teams' });
  await owner.getByRole('heading', { name: '2 open invitations' }).waitFor();
  await owner.getByRole('link', { name: 'To Collection' }).click();
  await owner.getByRole('heading', { level: 1, name: 'Collection' }).waitFor();
  await expect.poll(() => owner.getByRole('link', { name: 'First steps' }).count()).toBe(0);
});

test('the employee accepts, and enrols their computer after the notice was shown there', async () => {
  await accept(employee, links.employee, 'Mia Sommer');
  await employee.getByRole('heading', { level: 1, name: 'My day' }).waitFor();
  await employee.goto(`${server.url}/#/account`);
  await employee.getByRole('button', { name: 'Add a device' }).click();
  await employee.getByRole('button', { name: 'Make a code' }).click();
  const words = (await employee.getByText('daylight-agent enrol').textContent()) ?? '';
  const code = (await employee.getByText(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/).textContent()) ?? '';
  const [, ...given] = words.split(' ');
  const accepting = (notice: string) =>
    command(
      agentCli,
      [...given, '--code', '-', '--data', agentData(), '--of-age', '--accept-notice', notice],
      {},
      `${code}\n`,
    );
  expect((await accepting('1')).code).not.toBe(0); // it is not the notice in force
  const enrolled = await accepting('2');
  expect([enrolled.code, enrolled.err]).toEqual([0, '']);
  expect(enrolled.out).toContain('The kind of application in front');
  await employee.getByRole('button', { name: 'Done' }).click();
  await employee.getByText('Not connected').waitFor({ timeout: PATIENCE });
});

test(
  'the employee tracks, and reads on their own page what was recorded',
  async () => {
    const script = join(folder, 'day.json');
    await writeFile(script, JSON.stringify(officeDay));
    await awayFromMidnight(); // "My day" and "See the day" are today's
    agent = await runAgent(agentData(), script);
    await tell('start', '--project', 'Website');
    await eventually('the app is read', () => isReadAgain('app'), PATIENCE);
    await tell('stop'); // what was in front goes out with the end of the session
    for (const shown of ['development', 'website'])
      await expect.poll(ownDay, { timeout: PATIENCE, interval: 500 }).toContain(shown);
  },
  180_000 + MIDNIGHT_MS,
);

test('the manager accepts with a second factor, and finds the day of their team, the same and on record', async () => {
  await accept(manager, links.manager, 'Noor Dahl');
  await manager.getByRole('button', { name: 'Set up a second factor' }).click();
  const secret = ((await manager.getByTestId('totp-secret').textContent()) ?? '').replaceAll(' ', '');
  await manager.getByRole('textbox', { name: 'Code' }).fill(totpCode(secret, Date.now()));
  await manager.getByRole('button', { name: 'Confirm' }).click();
  await manager.getByLabel('I have saved them').check();
  await manager.getByRole('button', { name: 'Go on' }).click();
  await manager.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'People' }).click();
  await manager.getByRole('link', { name: 'Mia Sommer', exact: true }).click();
  await manager.getByRole('main').getByRole('link', { name: 'See the day', exact: true }).click();
  await manager.getByRole('button', { name: /^Project costing/ }).click();
  await manager.getByText('Mia Sommer can see this').waitFor();
  await manager.getByText('Collected for another purpose (Working time)').first().waitFor();
  const day = async () => (await manager.getByRole('main').innerText()).toLowerCase();
  for (const shown of ['website', 'development']) await expect.poll(day).toContain(shown);
  await employee.goto(`${server.url}/#/who-looked`);
  await employee.getByRole('cell', { name: /Noor Dahl/ }).waitFor();
});

test('the manager switches the app off; it is proved, and the employee sees it off on their computer and in the notice', async () => {
  await tell('start', '--project', 'Website');
  await eventually('the app is observed', () => isActive('app'), PATIENCE);
  await manager.getByRole('link', { name: 'Collection' }).click();
  await manager.locator('[data-parameter=app]').getByText('Off', { exact: true }).first().click();
  await manager.getByRole('button', { name: 'Review and publish' }).click();
  await manager.getByRole('textbox', { name: 'Why?' }).fill('Projects are enough');
  await manager.getByRole('button', { name: 'Publish', exact: true }).click();
  const proof = manager.locator('[data-parameter=app] [data-proof]');
  await expect.poll(() => proof.textContent(), { timeout: PATIENCE }).toMatch(/^Off.*confirmed on 1 of 1/);
  expect(await isActive('app')).toBe(false);
  expect(await isActive('session')).toBe(true);
  await employee.goto(`${server.url}/#/notice`);
  await employee.getByText('Notice 3').first().waitFor();
  expect(await collectedNow(employee)).not.toContain('Active application');
});

async function newPage(): Promise<Page> {
  const viewport = { width: 1_280, height: 900 };
  const page = await (await browser.newContext({ viewport, reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(PATIENCE);
  return page;
}

async function setPassword(page: Page, button: string): Promise<void> {
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  await page.getByRole('button', { name: button }).click();
}

async function accept(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await setPassword(page, 'Accept the invitation');
}

async function invite(person: { name: string; email: string; role: string; field: string }): Promise<string> {
  await owner.getByRole('textbox', { name: 'Name', exact: true }).fill(person.name);
  await owner.getByRole('textbox', { name: 'E-mail' }).fill(person.email);
  await choose('Role', person.role);
  await choose(person.field, 'Design');
  await owner.getByRole('button', { name: 'Make an invitation' }).click();
  const item = owner.getByRole('listitem').filter({ hasText: person.email });
  return (await item.getByTestId('invitation-link').innerText()).trim();
}

async function choose(field: string, option: string): Promise<void> {
  await owner
    .getByRole('combobox', { name: field })
    .or(owner.getByRole('textbox', { name: field }))
    .first()
    .click();
  await owner.getByRole('option', { name: option, exact: true }).click();
  await owner.keyboard.press('Escape');
}

/** The headings of the notice in force, as this person gets it. */
async function collectedNow(page: Page): Promise<string[]> {
  await page.goto(`${server.url}/#/notice`);
  // The first steps show a notice as well, one that is not in force.
  await page.getByRole('heading', { level: 1, name: 'What is collected' }).waitFor();
  await page.getByRole('heading', { level: 2, name: 'What nobody can switch on' }).waitFor();
  return page.getByRole('heading', { level: 3 }).allInnerTexts();
}

/** As the page shows it, which is then read again for the next time. */
async function ownDay(): Promise<string> {
  await employee.goto(`${server.url}/#/my-day`);
  await employee.getByRole('heading', { level: 1, name: 'My day' }).waitFor();
  const shown = (await employee.getByRole('main').innerText()).toLowerCase();
  await employee.getByRole('button', { name: 'Read again' }).click();
  return shown;
}

async function tell(...args: string[]): Promise<string> {
  const { code, out, err } = await command(agentCli, [...args, '--data', agentData()]);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${err}`);
  return out;
}

/** By what the employee's own computer says. */
async function isActive(parameter: ParameterId): Promise<boolean> {
  return (await status()).parameters[parameter].active;
}

/** The reading before this one has been written down. */
async function isReadAgain(parameter: ParameterId): Promise<boolean> {
  return ((await status()).calls[parameter] ?? 0) > 1;
}

async function status(): Promise<AgentStatus> {
  return JSON.parse(await tell('status', '--json')) as AgentStatus;
}
