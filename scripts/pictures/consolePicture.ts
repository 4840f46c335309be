import type { Page } from 'playwright-core';
import type { TestServer } from '../../test/support/api.ts';
import { openConsole, type PageOptions } from '../../test/support/consolePage.ts';
import type { Camera } from './camera.ts';

export interface ConsoleShot extends PageOptions {
  /** What a person does before the picture. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** Something lies over the page, or a part of it is meant: see `Camera.take`. */
  readonly only?: Parameters<Camera['take']>[2] | ((page: Page) => Parameters<Camera['take']>[2]);
}

/** Opens a page of the console in a profile of its own and takes the picture of it. */
export async function consolePicture(
  camera: Camera,
  server: TestServer,
  name: string,
  { prepare, only, ...options }: ConsoleShot,
): Promise<void> {
  if (!camera.wants(name)) return;
  const page = await openConsole(camera.browser, server, options);
  try {
    await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({ state: 'detached' });
    await prepare?.(page);
    await camera.take(name, page, typeof only === 'function' ? only(page) : only);
  } finally {
    await page.context().close();
  }
}

/** Presses a button and waits for a dialog that says something. */
export function pressForDialog(button: string | RegExp, says: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole('button', { name: button }).first().click();
    await page.getByRole('dialog').getByText(says).first().waitFor();
  };
}
