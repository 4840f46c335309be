import {
  checkOrganisationEnded,
  checkWelcome,
  checkWipe,
  type Greeting,
  greet,
  type HandshakeDeps,
} from './handshake.ts';
import { type Link, openLink } from './link.ts';
import { serverAddress } from './serverAddress.ts';

/**
 * Tells the server that this device is being uninstalled, on a connection of its own on which nothing else is sent.
 * True when the pinned server has confirmed it, or had retired the device before; false when it could not be asked in
 * time, or is another one.
 */
export async function retireDevice(deps: HandshakeDeps, timeoutMs: number): Promise<boolean> {
  let greeting: Greeting | null = null;
  let isPinned = false;
  let retired = false;
  const url = addressOf(deps.identity.server);
  if (url === null) return false;
  const opening: Promise<Link> = openLink({
    url,
    ca: deps.identity.ca,
    clock: deps.clock,
    onFrame: async (frame) => {
      const link = await opening;
      if (frame.type === 'challenge' && greeting === null) {
        greeting = greet(deps, frame);
        await link.send({ type: 'hello', hello: greeting.hello });
      } else if (frame.type === 'welcome' && greeting !== null) {
        isPinned = checkWelcome(deps.identity, greeting, frame).ok;
        if (isPinned) await link.send({ type: 'retire' });
        else link.close();
      } else if (frame.type === 'wipe' && greeting !== null) {
        retired = checkWipe(deps.identity, greeting, frame).ok;
        link.close();
      } else if (frame.type === 'organisation_ended' && greeting !== null) {
        retired = checkOrganisationEnded(deps.identity, frame).ok;
        link.close();
      } else if (frame.type === 'bye' && isPinned && frame.reason === 'retired') {
        retired = true;
        link.close();
      }
    },
  });
  const link = await opening.catch(() => null);
  if (link === null) return false;
  const cancel = deps.clock.after(timeoutMs, () => link.close());
  await link.ended;
  cancel();
  return retired;
}

/** Null for an address to which nothing is sent. */
function addressOf(server: string): string | null {
  try {
    return serverAddress(server).socket;
  } catch {
    return null;
  }
}
