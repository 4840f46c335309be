import type { Shell } from './shell.ts';

/** What this computer offers the shell, and whether its page is as closed as it must be; one line of JSON for a test. */
export interface SelfTest {
  readonly ok: boolean;
  readonly tray: boolean;
  readonly windowSeen: boolean;
  /** Names in the page's own world: `daylight` and nothing of Node. */
  readonly bridge: unknown;
  readonly host: string;
}

const PAGE_MS = 20_000;
/** Run in the page: what it can reach, and that it reaches nobody else. */
const PROBE = `(async () => ({
  page: location.href,
  ask: typeof window.daylight?.ask,
  watch: typeof window.daylight?.watch,
  extras: Object.keys(window.daylight ?? {}).length,
  node: [typeof require, typeof process, typeof module, typeof Buffer],
  status: (await window.daylight.ask({ command: 'status' })).ok,
  malformed: (await window.daylight.ask({ command: 'evil' })).kind,
  elsewhere: await fetch('https://daylight.invalid/').then(() => 'reached', () => 'refused'),
  opened: window.open('https://daylight.invalid/') === null,
  inline: await new Promise((done) => {
    document.addEventListener('securitypolicyviolation', () => done('refused'), { once: true });
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.head.append(script);
    setTimeout(() => done(window.inlineRan === true ? 'ran' : 'refused'), 500);
  }),
}))()`;

export async function selfTest({ host, window, tray }: Shell): Promise<SelfTest> {
  const deadline = Date.now() + PAGE_MS;
  const expected = {
    extras: 2,
    ask: 'function',
    watch: 'function',
    malformed: 'bad_request',
    elsewhere: 'refused',
    opened: true,
    inline: 'refused',
  };
  let bridge: Record<string, unknown> = {};
  for (;;) {
    const probed = await window
      .contents()
      ?.executeJavaScript(PROBE)
      .catch((error: unknown) => ({ error: String(error) }));
    bridge = (probed ?? {}) as Record<string, unknown>;
    if (bridge['ask'] === 'function' && window.isSeen()) break;
    if (Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const node = bridge['node'];
  const isClosed = Array.isArray(node) && node.every((kind) => kind === 'undefined');
  const isAsExpected = Object.entries(expected).every(([name, value]) => bridge[name] === value);
  const windowSeen = window.isSeen();
  return {
    ok: isClosed && isAsExpected && windowSeen,
    tray: tray.isShown(),
    windowSeen,
    bridge,
    host: host.state().kind,
  };
}
