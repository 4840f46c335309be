import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScriptEvent } from '../../agent/platform/scripted.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { addMember, type Json, publish, startServer, type TestServer } from '../support/api.ts';
import { eventually } from '../support/daylight.ts';
import { onAPage, typing } from '../support/days/moments.ts';
import { enrolRealAgent } from '../support/realAgent.ts';
import { createTestClock } from '../support/testClock.ts';
import { startWire } from '../support/wire.ts';

// A whole agent whose browser shows one such address after the other, the wire that it speaks over, and what the server has of it.

let it: TestServer;
beforeAll(async () => {
  it = await startServer();
});
afterAll(() => it.close());

/** Stands where a level keeps nothing. In letters that no other word here has, so that a part of it is found, too. */
const MARK = 'zqxjzqxj';
const encoded = [...MARK].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');

const smuggling = [
  `https://${MARK}@example.org/`,
  `https://anna:${MARK}@example.org/welcome`,
  `https://anna%3A${MARK}%40example.org@example.org/`,
  `https://example.org/search?q=${MARK}`,
  `https://example.org/#${MARK}`,
  `https://example.org/?#/inbox/${MARK}`,
  `https://example.org/reset/${MARK}4711`,
  `https://example.org/reset/eyJhbGciOiJIUzI1NiJ9.${MARK}.c2lnbmF0dXJl`,
  `https://example.org/share/${MARK}@example.com`,
  `https://example.org/page;session=${MARK}`,
  `https://example.org/a/token=${MARK}`,
  `https://example.org/~${MARK}`,
  `https://example.org/%2561/${encoded.replaceAll('%', '%25')}`,
  `https://example.org/%00${MARK}/%ff${MARK}`,
  `https://example.org\\@${MARK}.example.com/`,
  `https:///${MARK}@example.org/`,
  `https://example.org:8443@${MARK}:1/`,
  `data:text/html,${MARK}`,
  `data:text/html;base64,${Buffer.from(MARK).toString('base64')}${MARK}`,
  `file:///home/${MARK}/plan.txt`,
  `blob:https://example.org/${MARK}`,
  `javascript:alert('${MARK}')`,
  `chrome://settings/${MARK}`,
  `view-source:https://example.org/${MARK}`,
  `about:blank#${MARK}`,
  `ftp://example.org/${MARK}`,
  `http://192.168.0.12/${MARK}`,
  `http://3232235532/${MARK}`,
  `http://[::1]/${MARK}`,
  `http://${MARK}/`,
  `http://${MARK}.local/${MARK}`,
  `http://wiki.${MARK}.internal/`,
  `http://${MARK}.onion/`,
  `https://example.org/${'a/'.repeat(600)}${MARK}`,
  `https://example.org/${`${MARK}/`.repeat(120_000)}`,
  `not an address ${MARK}`,
  '',
];

/** Looks of the kind that it is not: Cyrillic letters. It is written as the browser would, or not at all. */
const HOMOGRAPH = 'https://ехаmple.org/';
const HONEST = 'https://nodejs.org/api/timers.html';

const SHOWN_MS = 10 * SECOND;

function pages(): ScriptEvent[] {
  const tab = (url: string, nth: number): ScriptEvent => ({
    ...{ at: (nth + 1) * SHOWN_MS, do: 'tab', browser: 'chromium', title: 'Timers | Node.js' },
    ...{ url, private: false, focused: true },
  });
  return [HONEST, ...smuggling, HOMOGRAPH, HONEST].map(tab);
}

const ofTime = (events: readonly ScriptEvent[]) => events.toSorted((a, b) => a.at - b.at);

test.each([
  ['category', (one: Json) => typeof one.category === 'string'],
  ['domain', (one: Json) => one.domain === 'nodejs.org'],
  ['host_path', (one: Json) => one.host === 'nodejs.org' && one.path === '/api/timers.html'],
] as const)(
  'at the level %s nothing of an address leaves the computer, or reaches a report, that the level does not keep',
  async (level, isHonest) => {
    const owner = await it.addOrganisation(`Acme-${level.replace('_', '-')}`);
    const mia = await addMember(it, owner.client, 'employee', { name: 'Mia', email: `mia-${level}@example.com` });
    await publish(owner.client, { app: { level: 'name' }, url: { level } });
    const line = await startWire(it.url);
    const clock = createTestClock(it.clock.now());
    const events = ofTime([...onAPage, typing, ...pages()]);
    await using made = await enrolRealAgent(line.url, mia, true, { clock, events });
    const pass = async (ms: number) => {
      for (let left = ms; left > 0; left -= 5 * SECOND) {
        it.clock.advance(5 * SECOND);
        await clock.advance(5 * SECOND);
        await wait(60);
      }
    };
    try {
      await pass(5 * SECOND);
      expect(await made.agent.handle({ command: 'start', project: null, task: null })).toMatchObject({ ok: true });
      await pass((smuggling.length + 5) * SHOWN_MS + MINUTE);
      expect(await made.agent.handle({ command: 'stop' })).toMatchObject({ ok: true });
      await eventually('all of it was sent', async () => {
        await pass(5 * SECOND);
        return made.agent.status().waiting.batches === 0 && made.agent.status().sent.stored > 0;
      });
    } finally {
      await line.close();
    }
    const frames = line.captured().frames.map((frame) => frame.toString('utf8'));
    const sent: Json[] = frames.flatMap((frame) => {
      const said = frame.startsWith('{"') ? JSON.parse(frame) : {};
      return said.type === 'batch' ? said.observations : [];
    });
    const urls = sent.filter(({ parameter }) => parameter === 'url');
    expect(urls.some(isHonest), 'the honest page is there, so that the rest could be').toBe(true);
    if (level !== 'category') expect(JSON.stringify(urls), 'and so are the others, reduced').toContain('example.org');
    expect(urls.map((one) => one.level).filter((one) => one !== level && one !== 'category')).toEqual([]);
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const seen = await mia.client.ok('GET', `/people/${mia.person}/day?day=${day}&zone=UTC&purpose=own_data`);
    const report = JSON.stringify(seen);
    expect(report).toContain(level === 'category' ? 'development' : 'nodejs.org');
    for (const text of [...frames, report]) {
      expect(text.toLowerCase()).not.toContain(MARK);
      expect(text).not.toContain(encoded);
      expect(text).not.toContain(Buffer.from(MARK).toString('base64'));
      expect(text).not.toContain('ехаmple');
    }
  },
  200_000,
);
