import { checkWelcome, type Greeting, greet, type HandshakeDeps } from './handshake.ts';
import { type Link, openLink } from './link.ts';
import { serverAddress } from './serverAddress.ts';

/**
 * Tells the server that this device is being uninstalled, on a connection of its own on which nothing else is sent.
 * True when the server has confirmed it, or had retired the device before; false when it could not be asked in time.
 */
export async function retireDevice(deps: HandshakeDeps, timeoutMs: number): Promise<boolean> {
  let greeting: Greeting | null = null;
  let retired = false;
  const opening: Promise<Link> = openLink({
    url: serverAddress(deps.identity.server).socket,
    ca: deps.identity.ca,
    clock: deps.clock,
    onFrame: async (frame) => {
      const link = await opening;
      if (frame.type === 'challenge' && greeting === null) {
        greeting = greet(deps, frame);
        await link.send({ type: 'hello', hello: greeting.hello });
      } else if (frame.type === 'welcome' && greeting !== null) {
        if (checkWelcome(deps.identity, greeting, frame).ok) await link.send({ type: 'retire' });
        else link.close();
      } else if (frame.type === 'wipe' || (frame.type === 'bye' && frame.reason === 'retired')) {
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
