import { join } from 'node:path';
import { askNotice, fingerprint } from '../../agent/core/enrolment.ts';
import { addMember, startServer } from '../../test/support/api.ts';
import { buildEnrolment } from '../../test/support/consoleBuild.ts';
import type { Camera, Pictures } from './camera.ts';

/** Loopback has no name that Chromium would ask the network for, so that nothing leaves this computer. */
const PLACE = 'http://enrol.localhost';

/** The page of the tray app on a computer that is not enrolled, with what a real server answers it. */
export const enrolPictures: Pictures = {
  names: ['enrol', 'enrol-notice'],
  async take(camera) {
    const server = await startServer();
    try {
      const { client: owner } = await server.addOrganisation('Nordlicht');
      const { policy } = await owner.ok('PUT', '/policy', {
        ...{ baseVersion: 1, reason: 'Costing of projects' },
        parameters: Object.fromEntries(['session', 'project', 'notes'].map((id) => [id, { level: 'on' }])),
      });
      const apps = { app: { level: 'name' }, activity: { level: 'active' } };
      await owner.ok('PUT', '/policy', {
        baseVersion: policy.version,
        reason: 'Which tools to pay for',
        parameters: apps,
      });
      const mia = await addMember(server, owner, 'employee', { name: 'Mia Sommer', email: 'mia@example.com' });
      const { code } = await mia.client.ok('POST', `/people/${mia.person}/enrolment-codes`, {});
      await takeEnrolment(camera, { server: server.url, code });
    } finally {
      await server.close();
    }
  },
};

async function takeEnrolment(camera: Camera, { server, code }: { server: string; code: string }): Promise<void> {
  const page = await buildEnrolment();
  const context = await camera.browser.newContext({ reducedMotion: 'reduce' });
  try {
    await context.route(`${PLACE}/**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1) || 'index.html';
      return route.fulfill({ path: join(page, name) });
    });
    // In place of the bridge that the tray app opens (agent/desktop/preload.cts).
    await context.exposeFunction('askShell', async () => {
      const { organisation, person, notice, serverKey } = await askNotice({ server, code, ca: null });
      return { ok: true, said: '', invitation: { organisation, person, notice, fingerprint: fingerprint(serverKey) } };
    });
    await context.addInitScript('window.daylight = { ask: (request) => window.askShell(request) };');
    const shown = await context.newPage();
    await shown.goto(`${PLACE}/`);
    await shown.getByRole('heading', { name: 'Enrol this computer' }).waitFor();
    await camera.take('enrol', shown);
    await shown.getByLabel('Address of the server').fill('https://daylight.example.com');
    await shown.getByLabel('One-time code').fill(code);
    await shown.getByRole('button', { name: 'Show me what would be collected' }).click();
    await shown.getByRole('heading', { name: 'Collected while you track' }).waitFor();
    await camera.take('enrol-notice', shown);
  } finally {
    await context.close();
  }
}
