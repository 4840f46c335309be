import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { DeviceId } from '../../shared/ids.ts';
import { limits } from '../../shared/protocol/limits.ts';
import {
  KNOWS_AUDIT,
  KNOWS_COMING,
  KNOWS_CONCERNS,
  KNOWS_COPIES,
  KNOWS_ENDINGS,
  KNOWS_LEAVING,
  KNOWS_ORGANISATION_ENDED,
  KNOWS_RECIPIENTS,
  SUBPROTOCOL,
} from '../../shared/protocol/messages.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { createBounded } from '../control/bounded.ts';
import { knownBy } from '../knows.ts';
import { createLanes } from '../lanes.ts';
import { refuseUpgrade } from '../refuseUpgrade.ts';
import { type AgentConnection, type AgentKnows, BUSY, serveAgent } from './agentConnection.ts';
import { AgentWebSocket } from './agentWebSocket.ts';
import { readServer, serverSetBy } from './captureTime.ts';
import type { Density } from './density.ts';
import { createDoor } from './door.ts';
import { createImageRoom } from './imageRoom.ts';
import type { AgentCapacity, AgentSocket, AgentSocketDeps, AgentTiming } from './ingest.ts';

/** How long an agent may take to answer the close of a server that is stopping. */
const CLOSE_GRACE_MS = 3 * SECOND;
/** Devices of which it is known how much was captured in which minute. */
const DEVICES_REMEMBERED = 20_000;

const usualCapacity: AgentCapacity = {
  // An office of two thousand behind one address comes back at once after a restart. See `Door` for who gives way to whom.
  handshakes: 2_000,
  imageBytes: 256 * 1024 * 1024,
};

const usualTiming: AgentTiming = {
  handshakeMs: limits.handshakeMs,
  pingMs: limits.pingMs,
  // Well under the shortest lease (an hour), and often enough that a restart loses little of it.
  leaseRenewMs: 10 * MINUTE,
  sweepMs: SECOND,
  // Far above a minute's batch a minute: the backlog of weeks offline still comes in at full speed.
  batchesPerSecond: 2_000,
  batchBurst: 10_000,
  // A receipt goes out when what it says changes; a burst is a person trying every switch.
  controlPerSecond: 20,
  controlBurst: 200,
};

/** The WebSocket end for agents. Owns its connections and one timer; both end with `close`. */
export function createAgentSocket(deps: AgentSocketDeps): AgentSocket {
  const { clock } = deps;
  const timing: AgentTiming = { ...usualTiming, ...deps.timing };
  const capacity: AgentCapacity = { ...usualCapacity, ...deps.capacity };
  const door = createDoor(capacity.handshakes);
  // Everybody's share is the largest image that there may be.
  const room = createImageRoom(capacity.imageBytes, limits.imageBytes);
  const lanes = createLanes<DeviceId>();
  const densities = createBounded<DeviceId, Density>(DEVICES_REMEMBERED);
  const agents = new Set<AgentConnection>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    clientTracking: false,
    WebSocket: AgentWebSocket,
    handleProtocols: () => SUBPROTOCOL,
  });
  server.on('wsClientError', (_error, socket) => refuseUpgrade(socket, 400, 'not a WebSocket handshake'));
  let closing = false;
  let read = readServer(clock);

  const sweep = setInterval(() => {
    noticeSetClock();
    const now = clock.mono();
    for (const agent of agents) agent.tick(now);
  }, timing.sweepMs);
  sweep.unref();

  /** Every agent is read anew by another handshake: by the old one everything of it would seem to be of another time. */
  function noticeSetClock(): void {
    const byMs = serverSetBy(read, clock);
    if (byMs === null) return;
    read = readServer(clock);
    deps.log?.({ kind: 'clock_set', byMs });
    for (const agent of agents) agent.clockWasSet();
  }

  function turnAway(
    socket: Duplex,
    reason: 'origin' | 'subprotocol' | 'busy',
    status: 400 | 403 | 503,
    why: string,
  ): void {
    deps.log?.({ kind: 'refused', reason });
    refuseUpgrade(socket, status, why);
  }

  function welcome(ws: AgentWebSocket, proved: () => void, knows: AgentKnows): AgentConnection {
    const agent = serveAgent({ ...deps, timing, room, lanes, densities, proved, knows }, ws);
    agents.add(agent);
    void agent.finished.then(() => agents.delete(agent)).then(proved);
    return agent;
  }

  return {
    handleUpgrade(request, socket, head) {
      if (request.headers.origin !== undefined) {
        turnAway(socket, 'origin', 403, 'no browser belongs here: a request with an Origin is refused');
        return;
      }
      if (!offersSubprotocol(request)) {
        turnAway(socket, 'subprotocol', 400, `the subprotocol ${SUBPROTOCOL} is required`);
        return;
      }
      const entered: { agent: AgentConnection | null } = { agent: null };
      const leave = closing ? null : door.enter(deps.addressOf(request), () => entered.agent?.turnOut());
      if (leave === null) {
        turnAway(socket, 'busy', 503, BUSY);
        return;
      }
      server.handleUpgrade(request, socket, head, (ws) => {
        entered.agent = welcome(ws, leave, knowsOf(request));
      });
      if (entered.agent === null) leave(); // it was no WebSocket handshake after all
    },
    async close() {
      closing = true;
      for (const agent of agents)
        agent.bye('shutting_down', 'the server is stopping; what was not acknowledged was not stored');
      const overdue = setTimeout(() => {
        for (const agent of agents) agent.terminate();
      }, CLOSE_GRACE_MS);
      await Promise.all([...agents].map((agent) => agent.finished));
      clearTimeout(overdue);
      await lanes.idle();
      clearInterval(sweep);
      server.close();
    },
  };
}

function knowsOf({ headers }: IncomingMessage): AgentKnows {
  const known = knownBy(headers);
  return {
    copies: known.has(KNOWS_COPIES),
    coming: known.has(KNOWS_COMING),
    recipients: known.has(KNOWS_RECIPIENTS),
    audit: known.has(KNOWS_AUDIT),
    endings: known.has(KNOWS_ENDINGS),
    concerns: known.has(KNOWS_CONCERNS),
    organisationEnded: known.has(KNOWS_ORGANISATION_ENDED),
    leaving: known.has(KNOWS_LEAVING),
  };
}

function offersSubprotocol(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim() === SUBPROTOCOL);
}
