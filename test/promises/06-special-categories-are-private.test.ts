import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { defaultReductions } from '../../agent/core/sensors/reduce.ts';
import { isPresentable, sightOf } from '../../agent/core/sensors/sight.ts';
import { createScriptedPlatform, type ScriptEvent } from '../../agent/platform/scripted.ts';
import { segmentScope } from '../../server/ingest/scopes.ts';
import { decodeSegment } from '../../server/ingest/segment.ts';
import { parameterIds } from '../../shared/catalog.ts';
import { MINUTE, SECOND } from '../../shared/time.ts';
import { corpus, isRecognised, recallReport, type Site } from '../support/corpus.ts';
import { script } from '../support/days/moments.ts';
import { highest } from '../support/everyObservation.ts';
import { batch, connect, newSession, seen, sessionEvent, startServer } from '../support/ingestKit.ts';
import { createRig, EVERYTHING } from '../support/recording.ts';

// Promise 6. What the rules recognise is stored as `private` and nothing else, whoever sends it; what they do not recognise is
// counted and named in docs/REDACTION.md, so that nobody takes "reasonable efforts" for more than they are.

const special = [...corpus('special'), ...corpus('pages'), ...corpus('found')];
const recognised = special.filter(isRecognised);
const missed = special.filter((site) => !isRecognised(site));

test('there are at least 500 sites of special categories and 150 of work, and a third of the former is held out from the rules', () => {
  const sites = corpus('special');
  expect(sites.length).toBeGreaterThanOrEqual(500);
  expect(corpus('work').length).toBeGreaterThanOrEqual(150);
  expect(new Set(sites.map(({ line }) => line)).size).toBe(sites.length);
  expect(sites.filter(({ isHeldOut }) => isHeldOut).length).toBeGreaterThan(sites.length / 3);
});

test('docs/REDACTION.md says how many of them are recognised and which are not', () => {
  const report = recallReport();
  console.info(report);
  expect(readFileSync(resolve(import.meta.dirname, '../../docs/REDACTION.md'), 'utf8')).toContain(`\n${report}\n`);
});

test('an agent in front of all of them, everything on, keeps neither host nor title of one that is recognised', async () => {
  const day = script(special.flatMap(visit));
  const rig = await createRig({ platform: (clock) => createScriptedPlatform(day, clock), levels: EVERYTHING });
  await rig.recorder.start({ project: null, task: null });
  await rig.clock.advance(special.length * VISIT_MS);
  await rig.recorder.stop();

  const kept = JSON.stringify(rig.spool.everything());
  const titles = new Set(rig.recorded('title').map(({ title }) => title));
  expect(missed.filter((site) => !titles.has(titleOf(site)))).toEqual([]);
  expect(recognised.filter((site) => titles.has(titleOf(site)))).toEqual([]);
  const hosts = new Set(missed.map(hostOf));
  expect(recognised.map(hostOf).filter((host) => !hosts.has(host) && kept.includes(`"${host}"`))).toEqual([]);
  expect(rig.recorded('url').filter((url) => url.level === 'category')).toContainEqual(
    expect.objectContaining({ level: 'category', category: 'private' }),
  );
});

test('no picture is taken while one that is recognised is in front', () => {
  const presentable = recognised.filter((site) => isPresentable([browser(site)], tab(site), defaultReductions));
  expect(presentable).toEqual([]);
  expect(missed.filter((site) => sightOf(browser(site), tab(site), defaultReductions).kind !== 'page')).toEqual([]);
});

test('a client that sends them all the same has each that is recognised discarded, and no host of them is in the store', async () => {
  await using kit = await startServer();
  await kit.publish(Object.fromEntries(parameterIds.map((id) => [id, { level: highest(id) }])));
  const device = await kit.enrol();
  await using agent = await connect(kit, device);
  const session = newSession();
  kit.clock.advance(SECOND);
  agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1 });

  const withoutPath = corpus('special').filter(({ line }) => !line.includes('/'));
  const hosts = [...new Set(withoutPath.filter(isRecognised).map(hostOf))];
  for (const [index, some] of chunks(hosts, 250).entries()) {
    kit.clock.advance(MINUTE);
    const observations = some.flatMap((host) => [
      seen(kit, { parameter: 'url', level: 'host_path', host, path: '/' }),
      seen(kit, { parameter: 'url', level: 'domain', domain: host.replace(/^www\./, '') }),
    ]);
    agent.send(batch(agent, index + 2, session, observations, 2));
    expect(await agent.take('ack')).toMatchObject({
      stored: 0,
      discarded: { special_category: observations.length },
    });
  }
  kit.clock.advance(MINUTE);
  const inPlace = seen(kit, { parameter: 'url', level: 'category', category: 'private' });
  agent.send(batch(agent, chunks(hosts, 250).length + 2, session, [inPlace], 2));
  expect(await agent.take('ack')).toMatchObject({ stored: 1 });
  const stored = await Promise.all(
    (await kit.segments('url')).map(async (record) =>
      decodeSegment(await kit.vault.open(segmentScope(record), record.sealed)),
    ),
  );
  const observations = stored.flatMap(({ parts }) => parts.flatMap((part) => part.observations));
  expect(observations).toEqual([expect.objectContaining({ level: 'category', category: 'private' })]);
});

const VISIT_MS = 10 * SECOND;

/** Ten seconds of somebody typing into the page. */
function visit(site: Site, index: number): ScriptEvent[] {
  const at = index * VISIT_MS;
  return [
    { at, do: 'front', app: 'Chromium', program: 'chromium', title: titleOf(site) },
    { at, do: 'tab', ...tabOf(site) },
    { at: at + 1, do: 'input', kind: 'key', count: 4, everyMs: 2_000 },
  ];
}

function tabOf(site: Site) {
  return { browser: 'chromium', url: site.url, title: titleOf(site), private: false, focused: true };
}

function tab(site: Site) {
  return { ...tabOf(site), receivedMono: 0 };
}

function browser(site: Site) {
  return { app: 'Chromium', program: 'chromium', title: titleOf(site) };
}

function titleOf({ line }: Site): string {
  return `Page of ${line}`;
}

function hostOf({ url }: Site): string {
  return new URL(url).hostname;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
