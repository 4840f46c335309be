import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Measured, Order } from './loadMessages.ts';

/** The load generator, a process of its own. */
export interface Load {
  /** Rejects when an answer was not what docs/PROTOCOL.md promises, or something was discarded. */
  order(order: Order): Promise<Measured>;
  end(): Promise<void>;
}

export function startLoad(): Load {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    order: (order) =>
      new Promise((resolve, reject) => {
        const gone = (): void => reject(new Error('the load generator ended'));
        child.once('exit', gone);
        child.once('message', (answer: Answer) => {
          child.off('exit', gone);
          if (answer.ok) resolve(answer.measured);
          else reject(new Error(answer.problem));
        });
        child.send(order);
      }),
    async end() {
      child.disconnect();
      await ended;
    },
  };
}
