import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DAY, SECOND } from '../../shared/time.ts';
import type { Client } from './api.ts';
import type { TestBrowser } from './browser.ts';

/** Ends what hangs, and measures nothing. */
const PATIENCE = 90_000;

export interface PageOptions {
  /** Null: nobody is signed in. */
  readonly client: Client | null;
  readonly path: string;
  readonly heading: string;
  /** Where it is asked why one looks: the purpose that is chosen, and what one looks for as well. */
  readonly purpose?: string | readonly string[];
}

/** A page of the console in a profile of its own, at the time of the server. */
export async function openConsole(
  browser: TestBrowser,
  server: { readonly url: string; readonly clock: { now(): number } },
  options: PageOptions,
): Promise<Page> {
  const { client, path, heading, purpose } = options;
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, reducedMotion: 'reduce' });
  await context.clock.install({ time: server.clock.now() });
  await context.clock.resume();
  if (client !== null) await signIn(context, server.url, client);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${server.url}/#${path}`);
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  if (purpose !== undefined) await lookFor(page, [purpose].flat());
  return page;
}

/** Where it is asked why one looks: for the first, and then for each of the others as well. */
export async function lookFor(page: Page, [first, ...others]: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^${first}`) }).click();
  for (const other of others) await page.getByRole('button', { name: `Look for this as well: ${other}` }).click();
}

async function signIn(context: BrowserContext, url: string, { cookie }: Client): Promise<void> {
  const [name = '', value = ''] = (cookie ?? '').split('=');
  // The server's clock may be a day ahead of the browser's own.
  await context.addCookies([{ name, value, url, expires: (Date.now() + 2 * DAY) / SECOND }]);
}

/** Waits until nothing on the page says that it is loading. */
export async function loaded(page: Page): Promise<void> {
  await expect.poll(() => page.getByRole('status').filter({ hasText: 'Loading' }).count()).toBe(0);
}

/** Shows a page that follows the system in light or dark, and waits until it does. */
export async function showIn(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
}

/** What axe finds serious or worse on what is shown when nothing moves any more, one line each. */
export async function seriousOn(page: Page, where = ''): Promise<string[]> {
  // A colour on its way to another is neither.
  await page.evaluate(async () => {
    const ends = document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
    await Promise.allSettled(ends.map(({ finished }) => finished));
  });
  // Without a page of its own for the result and without what passes: a third of the time. No page here has frames.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${where} ${id} ${nodes[0]?.target.join(' ')}`.trim());
}
