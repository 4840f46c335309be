import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { TestBrowser } from '../../test/support/browser.ts';

/** What is photographed together, because it needs the same server. */
export interface Pictures {
  /** Of every picture that `take` makes. */
  readonly names: readonly string[];
  take(camera: Camera): Promise<void>;
}

export interface Camera {
  readonly browser: TestBrowser;
  /** False: this picture was not asked for, and `take` would make none. */
  wants(name: string): boolean;
  /**
   * Pictures of what the page shows now, in both themes and at both widths: `NAME-WIDTH-THEME.png`. Without `window` they show
   * the whole page; with it what a window of usual height does, scrolled to `from`.
   */
  take(name: string, page: Page, only?: { readonly window: true; readonly from?: Locator }): Promise<void>;
}

const looks = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { colorScheme, width: 1_280, height: 900 },
  { colorScheme, width: 390, height: 844 },
]);

/** A camera that keeps its pictures in a folder. `asked`: the names of those to take; none means all. */
export async function createCamera(browser: TestBrowser, folder: string, asked: ReadonlySet<string>): Promise<Camera> {
  await mkdir(folder, { recursive: true });
  const wants = (name: string): boolean => asked.size === 0 || asked.has(name);
  return {
    browser,
    wants,
    async take(name, page, only) {
      if (!wants(name)) return;
      for (const { colorScheme, width, height } of looks) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        await stillness(page);
        if (only === undefined) {
          await page.setViewportSize({ width, height: Math.max(height, await heightOf(page)) });
          await stillness(page);
        }
        await only?.from?.evaluate((element) => element.scrollIntoView({ block: 'start' }));
        await keep(await page.screenshot(), path.join(folder, `${name}-${width}-${colorScheme}.png`));
      }
      console.log(name);
    },
  };
}

/** Nothing moves any more, and what follows a change of size has followed. */
async function stillness(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  await page.evaluate(async () => {
    const ends = document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
    await Promise.allSettled(ends.map(({ finished }) => finished));
  });
}

function heightOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollHeight);
}

/** With a palette of 256 colours, which is a third of the size and looks the same. */
async function keep(png: Buffer, file: string): Promise<void> {
  await sharp(png).png({ palette: true, quality: 90, dither: 0, effort: 10, compressionLevel: 9 }).toFile(file);
}
