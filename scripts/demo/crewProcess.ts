import process from 'node:process';
import { z } from 'zod';
import { type Crew, createCrew } from './crew.ts';
import { Order, type Reply, type What } from './crews.ts';
import { drawScreens } from './drawings.ts';

/** The crew that this process is, told what to do by the process that forked it. Ends when that one does. */
const [folder, server, start] = z.tuple([z.string(), z.string(), z.coerce.number()]).parse(process.argv.slice(2));
const crew = createCrew({ folder, server, start, screens: await drawScreens() });

process.on('message', (message) => {
  const { id, what } = Order.parse(message);
  carryOut(crew, what, (at) => say({ kind: 'time', id, at })).then(
    (result) => say({ kind: 'done', id, ...result }),
    (error: unknown) => say({ kind: 'failed', id, why: error instanceof Error ? error.message : String(error) }),
  );
});
// Ctrl-C reaches the whole group; the process that forked this one ends it in order.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit(0));
say({ kind: 'ready' });

async function carryOut(
  { enrol, connect, work }: Crew,
  what: What,
  onTime: (at: number) => void,
): Promise<{ device?: string; stored?: number; discarded?: number }> {
  switch (what.do) {
    case 'enrol':
      return { device: await enrol(what.at, what.member, what.code) };
    case 'connect':
      await connect(what.at, what.members, what.agreeing);
      return {};
    case 'work':
      return work(what.midnight, what.until, what.members, onTime);
  }
}

function say(reply: Reply): void {
  process.send?.(reply);
}
