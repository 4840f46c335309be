import type { Page } from 'playwright-core';
import { dayOf } from '../../shared/time.ts';
import { startServer } from '../../test/support/api.ts';
import type { Pictures } from './camera.ts';
import { type ConsoleShot, consolePicture, pressForDialog } from './consolePicture.ts';
import { recordWorkingDays } from './workingDays.ts';

/** An organisation at work: what is collected, what there is to see of it, who looked, and the devices. */
export const workPictures: Pictures = {
  names: [
    ...['collection', 'collection-details', 'collection-notice', 'collection-change'],
    ...['today', 'day-purpose', 'day', 'screenshot', 'week', 'access-logs', 'security'],
    ...['person', 'device', 'retire', 'add-device'],
    ...['my-day', 'my-week', 'my-data', 'who-looked', 'notice', 'policy-history'],
    ...['objections', 'objections-to-answer'],
  ],
  async take(camera) {
    const server = await startServer();
    try {
      const { owner, manager, officer, mia, jonas } = await recordWorkingDays(server);
      const take = (name: string, shot: ConsoleShot) => consolePicture(camera, server, name, shot);
      const today = dayOf(server.clock.now());
      const purpose = ['Working time', 'Project costing'];

      const collection = { client: owner, path: '/collection', heading: 'Collection', only: { window: true } as const };
      await take('collection', { client: owner, path: '/collection', heading: 'Collection' });
      await take('collection-details', {
        ...collection,
        prepare: (page) => page.getByRole('button', { name: 'Details Activity level' }).click(),
        only: (page) => ({ window: true, from: page.locator('[data-parameter=activity]') }),
      });
      const notice = pressForDialog('See the notice people get', 'Print');
      await take('collection-notice', { ...collection, prepare: notice });
      await take('collection-change', { ...collection, prepare: change });

      const live = (page: Page) => page.getByText('Live').first().waitFor();
      await take('today', { client: manager, path: '/today', heading: 'Team today', purpose, prepare: live });
      const asked = { client: manager, path: `/people/${mia.person}/day/${today}`, heading: 'Mia Sommer' };
      await take('day-purpose', asked);
      const day = { ...asked, purpose: [...purpose, 'Workload review'] };
      const whole = (shows: string) => (page: Page) =>
        page.getByRole('heading', { name: shows, exact: true }).waitFor();
      await take('day', { ...asked, purpose, prepare: whole('The day') });
      await take('screenshot', { ...day, prepare: openScreenshot, only: { window: true } });
      const week = { client: manager, path: `/people/${mia.person}/week/${today}`, purpose };
      await take('week', { ...week, heading: 'Week of Mia Sommer', prepare: whole('Working time') });
      await take('access-logs', { client: officer, path: '/access-logs', heading: 'Access logs' });
      await take('security', { client: owner, path: '/security', heading: 'Security events' });

      const person = { client: owner, path: `/people/${mia.person}`, heading: 'Mia Sommer' };
      await owner.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
      await take('person', person);
      await take('device', {
        ...{ ...person, path: `/people/${jonas.person}`, heading: 'Jonas Lind' },
        prepare: (page) => page.getByRole('button', { name: 'What it says it does' }).click(),
      });
      const over = { window: true } as const;
      await take('retire', { ...person, prepare: pressForDialog('Retire', 'This cannot be undone.'), only: over });
      await take('add-device', { ...person, prepare: makeCode, only: over });

      await take('my-day', { client: mia, path: '/my-day', heading: 'My day', prepare: whole('The day') });
      await take('my-week', { client: mia, path: '/my-week', heading: 'My week', prepare: whole('Working time') });
      await take('my-data', { client: mia, path: '/my-data', heading: 'My data' });
      await take('who-looked', { client: mia, path: '/who-looked', heading: 'Who looked at my data' });
      await take('notice', { client: mia, path: '/notice', heading: 'What is collected' });
      const grounds = 'The programs show whom I advise.';
      await mia.ok('PUT', `/people/${mia.person}/objections/app`, { grounds });
      await mia.ok('PUT', `/people/${mia.person}/objections/screenshot`, { grounds: '' });
      await officer.ok('POST', `/people/${mia.person}/objections/screenshot/answer`, {
        ...{ revision: 2, answer: 'upheld', words: 'They are not needed for costing.' },
      });
      await take('objections', { client: mia, path: '/my-objections', heading: 'Objections' });
      await take('objections-to-answer', { client: officer, path: '/objections', heading: 'Objections to answer' });
      await take('policy-history', { client: mia, path: '/notice/history', heading: 'History of the policy' });
    } finally {
      await server.close();
    }
  },
};

/** One parameter raised and one lowered: what it means stands before the reason that everyone can read. */
async function change(page: Page): Promise<void> {
  const choose = (parameter: string, level: string) =>
    page.locator(`[data-parameter=${parameter}]`).getByText(level, { exact: true }).first().click();
  await choose('screenshot', 'Off');
  await choose('url', 'Page');
  await pressForDialog('Review and publish', 'Why?')(page);
  await page.getByLabel('Why?').fill('Screenshots were not needed; costing is by page of the shop now.');
}

async function openScreenshot(page: Page): Promise<void> {
  const screenshot = page.getByRole('button', { name: /^Open the screenshot/ });
  await screenshot.nth(1).click();
  await page.getByRole('img', { name: /^Screenshot at/ }).waitFor();
}

async function makeCode(page: Page): Promise<void> {
  await pressForDialog('Add a device', 'Make a code')(page);
  await page.getByRole('button', { name: 'Make a code' }).click();
  await page.getByText('Copy the command').waitFor();
}
