import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MINUTE } from '../../shared/time.ts';
import { addMember, type Json, PASSWORD, startServer, type TestOwner, type TestServer } from '../support/api.ts';
import { fromSource, startNode } from '../support/nodeProcess.ts';
import { recordDay } from '../support/recordedDay.ts';
import { foundIn } from '../support/twoOrganisations.ts';
import { piecesOfPerson } from '../support/twoPeople.ts';

// FAULTS 27: another program has the database open and reads for long, so that the log cannot be emptied when an account ends.

let it: TestServer;
let owner: TestOwner;
beforeAll(async () => {
  it = await startServer();
  owner = await it.addOrganisation('Long');
});
afterAll(() => it.close());

test.each(['daylight.db', 'keys.db'])(
  'as long as another process reads %s the ending says that it waits, nothing is certified and bytes are still there; they are gone, and it is certified, when that is killed',
  async (file) => {
    const [name, email] = ['Mia', `mia@${file}.long.example.com`];
    const { person } = await addMember(it, owner.client, 'employee', { name, email });
    await recordDay(it.data, owner.org, person, it.clock.now() - 90 * MINUTE);
    const pieces = await piecesOfPerson(it.data, person);
    expect(await foundIn(it.data, pieces)).toBe(pieces.length);

    const script = join(import.meta.dirname, '../support/readUntilKilled.ts');
    const reader = startNode([...fromSource, script, join(it.data, file)], { limitMs: 60_000 });
    await vi.waitFor(() => expect(reader.out()).toBe('reads\n'), { timeout: 20_000 });
    const ordered = await owner.client.ok('POST', `/people/${person}/ending`, { name, password: PASSWORD });
    const now = async (): Promise<Json> =>
      (await owner.client.ok('GET', '/endings')).endings.find(({ ending }: Json) => ending === ordered.ending);
    const certificate = async () => (await fetch(`${ordered.address}/certificate.json`)).status;
    await vi.waitFor(async () => expect(await now()).toMatchObject({ state: 'purged', isHeld: true }), 10_000);
    expect([(await now()).certificate, await certificate()]).toEqual(['none', 404]);
    expect(await foundIn(it.data, pieces)).toBeGreaterThan(0);

    reader.process.kill('SIGKILL');
    await reader.exit;
    await vi.waitFor(async () => expect((await now()).certificate).not.toBe('none'), 20_000);
    expect([(await now()).isHeld, await certificate(), await foundIn(it.data, pieces)]).toEqual([false, 200, 0]);
  },
  60_000,
);
