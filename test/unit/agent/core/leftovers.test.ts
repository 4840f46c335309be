import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftovers } from '../../../../agent/core/leftovers.ts';
import { scratch } from '../../../support/agentKit.ts';

const written = [
  ...['identity.json', 'enrolment.sealed', 'device.key', 'spool.key', 'spool.keychain', 'policy.json'],
  ...['recorder.sealed', 'acknowledgement.json', 'window-0123456789abcdef.html'],
];

it('what a killed agent had half written is deleted by the next start, and nothing that is whole or not its own', async () => {
  await using place = await scratch();
  const half = written.map((name) => `${name}.0123456789ab.tmp`);
  const others = ['letter.tmp', 'identity.json.tmp', 'policy.json.mine.tmp', 'photo.0123456789ab.tmp', 'native-host'];
  for (const name of [...written, ...half, ...others]) await writeFile(join(place.folder, name), 'x');
  await removeLeftovers(place.folder);
  expect(await readdir(place.folder)).toEqual([...written, ...others].sort());
});
