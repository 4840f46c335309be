import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../../support/agentKit.ts';
import { agentCli, command } from '../../support/agentProcess.ts';
import { freePort } from '../../support/daylight.ts';

test('status, run and a failed enrolment make no data folder where there is none', async () => {
  await using place = await scratch();
  const data = join(place.folder, 'below', 'agent');
  const server = `http://127.0.0.1:${await freePort()}`;
  const enrol = ['enrol', '--server', server, '--code', '7K2QM-XV4ZD-N8TRC-0A5BE', '--of-age', '--later'];
  for (const args of [['status'], ['run'], ['notice'], enrol]) {
    const { code, err } = await command(agentCli, [...args, '--data', data]);
    expect([args[0], code === 0, err.length > 0]).toEqual([args[0], false, true]);
    expect([args[0], await readdir(place.folder)]).toEqual([args[0], []]);
  }
});
