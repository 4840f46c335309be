import { setTimeout } from 'node:timers/promises';
import type { Agent } from '../../agent/core/agent.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';

/** For what the server has to answer; it is on this computer. */
const ANSWER_MS = 60_000;
const LOOK_MS = 50;

/** Waits in the time of this computer; that of a demo that is being made stands still meanwhile. Throws after a minute, and when aborted. */
export async function waitFor(
  agent: Agent,
  isSo: (status: AgentStatus) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + ANSWER_MS;
  for (let status = agent.status(); !isSo(status); status = agent.status()) {
    if (performance.now() > deadline) throw new Error(waitedTooLong(status));
    await setTimeout(LOOK_MS, undefined, signal === undefined ? {} : { signal });
  }
}

function waitedTooLong({ person, connection, waiting }: AgentStatus): string {
  const what = `${connection.words} ${waiting.batches} batches wait, ${waiting.heldBack} observations are held back`;
  return `the computer of ${person} waited too long for the server: ${what}`;
}
