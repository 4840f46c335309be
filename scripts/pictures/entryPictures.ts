import type { Page } from 'playwright-core';
import { initialise } from '../../server/initialise.ts';
import { createClient, PASSWORD, startServer, totpCode } from '../../test/support/api.ts';
import type { Pictures } from './camera.ts';
import { consolePicture } from './consolePicture.ts';

/** How people come in: links, invitations, passwords, the second factor. */
export const entryPictures: Pictures = {
  names: ['sign-in', 'sign-in-code', 'one-time-link', 'invitation', 'second-factor', 'recovery-codes'],
  async take(camera) {
    const server = await startServer();
    try {
      const names = {
        organisation: 'Nordlicht',
        ownerName: 'Olga Brandt',
        ownerEmail: 'olga@example.com',
        reactionDays: 0,
      };
      const { token } = await initialise(server.data, names, { clock: server.clock });
      const nobody = { client: null };
      const link = { ...nobody, path: `/link/${token}`, heading: 'Your one-time link' };
      await consolePicture(camera, server, 'one-time-link', link);
      await consolePicture(camera, server, 'sign-in', { ...nobody, path: '/', heading: 'Sign in' });

      const owner = createClient(server.url);
      await owner.ok('POST', '/session/link', { token });
      await owner.ok('PUT', '/account/password', { password: PASSWORD });
      const mia = await owner.ok('POST', '/people', { name: 'Mia Sommer', email: 'mia@example.com', role: 'employee' });
      await consolePicture(camera, server, 'invitation', {
        ...{ ...nobody, path: `/invitation/${mia.token}`, heading: 'Welcome to Daylight' },
        prepare: (page) => page.getByLabel('Your name').fill('Mia Sommer'),
      });

      const noor = await owner.ok('POST', '/people', { name: 'Noor Dahl', email: 'noor@example.com', role: 'manager' });
      const manager = createClient(server.url);
      await manager.ok('POST', '/session/invitation', { token: noor.token, name: 'Noor Dahl', password: PASSWORD });
      const factor = { client: manager, path: '/', heading: 'Set up a second factor' };
      let secret = '';
      const begin = async (page: Page): Promise<void> => {
        await page.getByRole('button', { name: 'Set up a second factor' }).click();
        secret = (await page.getByTestId('totp-secret').innerText()).replaceAll(/\s/g, '');
      };
      await consolePicture(camera, server, 'second-factor', { ...factor, prepare: begin });
      if (!camera.wants('recovery-codes') && !camera.wants('sign-in-code')) return;
      const page = await camera.browser.newContext({ reducedMotion: 'reduce' }).then((context) => context.newPage());
      await page.goto(server.url);
      await signIn(page);
      await begin(page);
      await page.getByRole('textbox', { name: 'Code' }).fill(totpCode(secret, server.clock.now()));
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByText('Keep these recovery codes').waitFor();
      await camera.take('recovery-codes', page);
      await page.context().clearCookies();
      await page.reload();
      await signIn(page);
      await page.getByRole('heading', { name: 'One more step' }).waitFor();
      await camera.take('sign-in-code', page);
      await page.context().close();
    } finally {
      await server.close();
    }
  },
};

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('noor@example.com');
  await page.getByRole('textbox', { name: /^Password/ }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
