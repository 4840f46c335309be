import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

/** Where Debian and its relatives put Chromium; `DAYLIGHT_CHROMIUM` names another. */
const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The Chromium to test with; undefined when there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env['DAYLIGHT_CHROMIUM'];
  return named === undefined ? candidates.find((path) => existsSync(path)) : named;
}

export interface TestBrowser {
  readonly browser: Browser;
  /** A fresh profile, in UTC wherever this computer is: no cookie and no storage of another test. */
  newContext(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Starts a real, headless Chromium. Throws when none is installed: a test that needs it must fail, not vanish. */
export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined)
    throw new Error('no Chromium found: apt-get install chromium, or set DAYLIGHT_CHROMIUM');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-software-rasterizer', '--mute-audio'],
  });
  return {
    browser,
    newContext: (options) => browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options }),
    close: () => browser.close(),
  };
}
