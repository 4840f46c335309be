import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { Foundation } from '../../server/foundation.ts';
import { connect } from '../../server/store/sqlite/connection.ts';
import { settings } from '../../server/store/sqlite/settings.ts';
import type { OrgId, PersonId } from '../../shared/ids.ts';
import { openFoundationIn } from '../support/numberedNotes.ts';
import { endingsOn, prepareTwoPeople } from '../support/twoPeople.ts';

// Row 32. Nothing is kept of anybody under the name of being anonymous: what is left are counts under a random id, and nothing that joins this id to anything.

it('of whoever ended no id is left but in the list of endings, the certificate, the list of keys that are not made again, and as who looked in the lists of those they looked at; nothing there leads anywhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daylight-leads-nowhere-'));
  try {
    const data = join(folder, 'data');
    const { org, ann, bob } = await prepareTwoPeople(data, 3);
    const [ofAnn, ofBob] = [await idsOf(data, ann), await idsOf(data, bob)];
    expect(ofBob.length).toBeGreaterThan(3 * 3);
    for (const ids of [ofAnn, ofBob])
      for (const id of ids) expect(await filesWith(data, id)).toContainEqual(expect.stringContaining('daylight.db'));

    const foundation = await openFoundationIn(data);
    await lookAt(foundation, org, { actor: ann, subject: bob });
    await lookAt(foundation, org, { actor: bob, subject: ann });
    await lookAt(foundation, org, { actor: bob, subject: bob });
    const signedIn = { kind: 'signed_in_with_link', person: bob, detail: 'signed in' } as const;
    await foundation.store.recordSecurityEvent({ org, at: Date.now(), ...signedIn });
    const endings = await endingsOn(foundation);
    const { ending } = await endings.end({ org, person: bob, by: 'owner' });
    await vi.waitFor(() => expect(endings.of(org).map(({ state }) => state)).toEqual(['final']), { timeout: 20_000 });
    await endings.close();
    await foundation.close();

    expect(await filesWith(data, bob)).toContain('daylight.db');
    expect(await looksTakenOut(data, bob), 'who looked at Ann is hers to know').toEqual([ann]);
    const left = await Promise.all(ofBob.map((id) => filesWith(data, id)));
    const places = [`certificates/${ending}.json`, 'keys.db', 'ledger.ndjson'];
    expect([...new Set(left.flat())].filter((file) => !places.includes(file))).toEqual([]);
    expect(await filesWith(data, bob)).toEqual(places);
    for (const id of ofAnn) expect(await filesWith(data, id)).toContainEqual('daylight.db');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function lookAt({ store }: Foundation, org: OrgId, who: { actor: PersonId; subject: PersonId }): Promise<void> {
  const what = { actorRole: 'owner', action: 'day', purpose: 'for this test', day: null, parameters: [] } as const;
  return store.recordAccess({ org, at: Date.now(), ...who, ...what, refused: false });
}

/** Takes out whom this person looked at, and says it. */
async function looksTakenOut(data: string, person: string): Promise<readonly string[]> {
  const connection = await connect(join(data, 'daylight.db'));
  try {
    await connection.script(settings);
    const whose = person.replaceAll('-', '').toUpperCase();
    const rows = await connection.all('SELECT lower(hex(subject)) AS id FROM access WHERE hex(actor) = ?', [whose]);
    await connection.run('DELETE FROM access WHERE hex(actor) = ?', [whose]);
    return rows.map(({ id }) => String(id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
  } finally {
    await connection.close();
  }
}

/** Whatever tells this person from others, or something of theirs from something else: their id, their computers', their records', the hash of their address. */
async function idsOf(data: string, person: string): Promise<readonly string[]> {
  const connection = await connect(join(data, 'daylight.db'));
  try {
    const whose = person.replaceAll('-', '').toUpperCase();
    const ids = await Promise.all(
      [
        'SELECT hex(email_hash) AS id FROM person WHERE hex(person) = ?',
        'SELECT hex(device) AS id FROM device WHERE hex(person) = ?',
        'SELECT hex(segment) AS id FROM segment WHERE hex(person) = ?',
        'SELECT hex(image) AS id FROM image WHERE hex(person) = ?',
        'SELECT file AS id FROM image WHERE hex(person) = ?',
      ].map((sql) => connection.all(sql, [whose])),
    );
    return [person, ...ids.flat().map(({ id }) => String(id))];
  } finally {
    await connection.close();
  }
}

/** Files in which the id stands, in its bytes or in either of its spellings, or that are named after it. */
async function filesWith(data: string, id: string): Promise<readonly string[]> {
  const hex = id.replaceAll('-', '').toLowerCase();
  const spelled = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  const found: string[] = [];
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = Buffer.concat([await readFile(path), Buffer.from(relative(data, path))]);
    if ([Buffer.from(hex, 'hex'), hex, hex.toUpperCase(), spelled].some((needle) => bytes.includes(needle)))
      found.push(relative(data, path));
  }
  return found.sort();
}
