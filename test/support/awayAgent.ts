import { expect } from 'vitest';
import { createSystemClock } from '../../agent/platform/system.ts';
import { agentCli, command, serverCli, startAgent } from './agentProcess.ts';
import { addMember, type Client } from './api.ts';
import { enrolAgent, eventually } from './daylight.ts';

// Somebody whose computer is away with something that waits, and whose account ends meanwhile.

/** Somebody new, whose address is their name, with the real agent of the folder. Resolves with who they are. */
export async function enrolNew(
  url: string,
  owner: Client,
  { data, notice, name }: { readonly data: string; readonly notice: number; readonly name: string },
): Promise<string> {
  const email = `${name.toLowerCase()}@example.com`;
  const { person } = await addMember({ url, clock: createSystemClock() }, owner, 'employee', { name, email });
  await enrolAgent(data, owner, { url, person, notice });
  return person;
}

/** A note that waits, of a session that was killed. */
export async function recordOffline(data: string, text: string): Promise<void> {
  const agent = startAgent(data);
  await eventually('the agent runs', () => agent.out().includes('Daylight runs for'));
  for (const args of [['start'], ['note', text]]) {
    expect(await command(agentCli, [...args, '--data', data])).toMatchObject({ code: 0, err: '' });
  }
  agent.process.kill('SIGKILL');
  await agent.exit;
}

/** On the host, while no server runs. */
export async function cancel(data: string, email: string): Promise<void> {
  const cancelled = await command(serverCli, ['cancel', '--person', email, '--yes', '--data', data, '--json']);
  expect(cancelled).toMatchObject({ code: 0, err: '' });
}
