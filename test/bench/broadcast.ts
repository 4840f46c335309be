import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Load } from './loadProcess.ts';

/** What a switch-off is measured beside: the same number of answers over sockets that do nothing else. */
export interface Broadcast {
  /** Sends `bytes` to every client; each answers with `answer` bytes. Returns when each answer went out, milliseconds after the call. */
  round(bytes: number, answer: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** A bare `ws` server in this process, with so many clients in the load generator's. */
export async function startBroadcast(load: Load, clients: number): Promise<Broadcast> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  const connected: WebSocket[] = [];
  let answered = 0;
  server.on('connection', (socket) => {
    connected.push(socket);
    socket.on('message', () => {
      answered += 1;
    });
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await load.order({ kind: 'listen', port, clients });
  return {
    async round(bytes, answer) {
      answered = 0;
      const began = Date.now();
      const text = `${answer} `.padEnd(bytes, '.');
      for (const socket of connected) socket.send(text);
      while (answered < clients) await setTimeout(2);
      const { receipts } = await load.order({ kind: 'answered' });
      return receipts.map((at) => at - began);
    },
    async close() {
      await load.order({ kind: 'hang_up' });
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
