import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftovers } from '../../../../agent/core/leftovers.ts';
import { scratch } from '../../../support/agentKit.ts';

const written = [
  ...['identity.json', 'enrolment.sealed', 'device.key', 'spool.key', 'spool.keychain', 'policy.json'],
  ...['recorder.sealed', 'heard.sealed', 'acknowledgement.json', 'window-0123456789abcdef.html'],
];

const paired = ['browser-token', 'native-host', 'native-manifests.json'];

it('what a killed agent had half written is deleted by the next start, and nothing that is whole or not its own', async () => {
  await using place = await scratch();
  const half = [
    ...written.map((name) => `${name}.0123456789ab.tmp`),
    ...paired.map((name) => `${name}.0123456789ab.new`),
  ];
  const others = [
    ...['letter.tmp', 'identity.json.tmp', 'policy.json.mine.tmp', 'photo.0123456789ab.tmp'],
    ...['photo.0123456789ab.new', 'native-host.new', ...paired],
  ];
  for (const name of [...written, ...half, ...others]) await writeFile(join(place.folder, name), 'x');
  await removeLeftovers(place.folder);
  expect(await readdir(place.folder)).toEqual([...written, ...others].sort());
});
