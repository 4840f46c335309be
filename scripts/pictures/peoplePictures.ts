import type { Page } from 'playwright-core';
import { initialise } from '../../server/initialise.ts';
import { TeamView } from '../../shared/protocol/http/teams.ts';
import { addMember, createClient, PASSWORD, setUpTotp, startServer } from '../../test/support/api.ts';
import type { Pictures } from './camera.ts';
import { type ConsoleShot, consolePicture } from './consolePicture.ts';

/** How an organisation begins and who is in it: the owner's first steps, people, an invitation, a team, an account. */
export const peoplePictures: Pictures = {
  names: ['first-organisation', 'first-steps', 'first-people', 'people', 'invite', 'team', 'account'],
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
      const owner = createClient(server.url);
      await owner.ok('POST', '/session/link', { token });
      await owner.ok('PUT', '/account/password', { password: PASSWORD });
      const take = (name: string, shot: Omit<ConsoleShot, 'client'>) =>
        consolePicture(camera, server, name, { client: owner, ...shot });

      const first = { heading: 'First steps' };
      await take('first-organisation', { ...first, path: '/begin/organisation' });
      await take('first-steps', {
        ...{ ...first, path: '/begin/policy' },
        prepare: (page) => page.getByLabel('Balanced').check(),
      });
      const design = TeamView.parse(await owner.ok('POST', '/teams', { name: 'Design' }));
      await owner.ok('POST', '/teams', { name: 'Engineering' });
      const noor = { name: 'Noor Dahl', email: 'noor@example.com', role: 'manager', managesTeams: [design.id] };
      await owner.ok('POST', '/people', noor);
      await addMember(server, owner, 'employee', { name: 'Mia Sommer', email: 'mia@example.com', teams: [design.id] });
      await take('first-people', { ...first, path: '/begin/people' });
      await take('people', { path: '/people', heading: 'People' });
      await take('invite', { path: '/people', heading: 'People', prepare: invite, only: { window: true } });
      await take('team', { path: `/teams/${design.id}`, heading: 'Design' });
      await setUpTotp(owner, server.clock);
      await take('account', { path: '/account', heading: 'Account' });
    } finally {
      await server.close();
    }
  },
};

async function invite(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Jonas Lind');
  await dialog.getByLabel('E-mail').fill('jonas@example.com');
  await dialog.getByRole('button', { name: 'Make an invitation' }).click();
  await dialog.getByText('Jonas Lind is invited.').waitFor();
}
