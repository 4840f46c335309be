import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../../../support/agentKit.ts';
import {
  enrolAgent,
  eventually,
  initialiseData,
  publishLevels,
  runAgent,
  signInOwner,
  startServerProcess,
} from '../../../support/daylight.ts';
import { atTheEditor, script } from '../../../support/days/moments.ts';

test('a terminal in which an agent runs is told once of a new notice, with the command that shows it there', async () => {
  await using place = await scratch();
  const [data, agentData, day] = ['server', 'agent', 'day.json'].map((name) => join(place.folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(day, JSON.stringify(script(atTheEditor)));
  const token = await initialiseData(data);
  const server = await startServerProcess({ data, port: 0 });
  let agent: Awaited<ReturnType<typeof runAgent>> | null = null;
  try {
    const owner = await signInOwner(server.url, token);
    await enrolAgent(agentData, owner, { url: server.url, person: owner.person, notice: 1 });
    agent = await runAgent(agentData, day);
    const notice = await publishLevels(owner, { title: 'full' });
    const told = () => [
      ...(agent?.out() ?? '').matchAll(/Notice (\d+) waits for you: read it with "(.+ notice.*)"\./g),
    ];
    await eventually('it is told', () => told().length > 0);
    await publishLevels(owner, { title: 'off' });
    await publishLevels(owner, { title: 'full' });
    await eventually('the next one is told', () => told().length > 1);
    expect(told().map(([, number, how]) => [Number(number), how?.includes(`--data ${agentData}`)])).toEqual([
      [notice, true],
      [notice + 2, true],
    ]);
  } finally {
    agent?.process.kill('SIGKILL');
    await agent?.exit;
    await server.kill();
  }
}, 300_000);
