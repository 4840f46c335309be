import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { createMachineSensor } from '../../agent/platform/machine.ts';
import { catalog, parameterIds } from '../../shared/catalog.ts';
import { observationSchemas } from '../../shared/events/observation.ts';
import { readSource, type SourceWord, sourceFiles, wordsOf } from '../support/sourceScan.ts';

const location =
  /geo_?location|geo_?ip|geo_?code|latitude|longitude|\blat_?lng|maxmind|getCurrentPosition|CLLocation|geoclue|nearby_?networks|\bbssid\b|ip-?api\.|ipinfo/i;

const sources = sourceFiles(['agent', 'shared', 'server'], ['.ts', '.tsx', '.js', '.mjs']);

it('no source of agent or server names a location interface, a look-up of addresses or a neighbouring network', () => {
  const words = sources.flatMap((file) => wordsOf(file, readSource(file)));
  expect(words.length).toBeGreaterThan(5_000);
  expect(located(words)).toEqual([]);
});

it.each([
  'navigator.geolocation.getCurrentPosition(log)',
  "import maxmind from 'maxmind';",
  "fetch('https://ipinfo.io/json')",
  'const place = { latitude: 1, longitude: 2 };',
  "spawn('busctl', ['call', 'org.freedesktop.GeoClue2'])",
])('the scan finds what it looks for: %s', (planted) => {
  expect(located(wordsOf('planted.ts', planted))).not.toEqual([]);
});

it('no dependency looks places up', () => {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'),
  );
  expect(Object.keys(dependencies).filter((name) => /geo|maxmind|ip-?info|location|wifi/i.test(name))).toEqual([]);
});

it('the time zone is the only parameter that says where someone is, and it holds a zone and nothing else', () => {
  const fields = Object.entries(observationSchemas).flatMap(([parameter, levels]) =>
    Object.values(levels).flatMap((schema) => Object.keys(schema.shape).map((field) => `${parameter}.${field}`)),
  );
  expect(
    fields.filter((field) => location.test(field) || /place|city|country|address|coordinate|position/i.test(field)),
  ).toEqual([]);
  expect(Object.keys(observationSchemas.timezone.on.shape).sort()).toEqual([
    'at',
    'level',
    'mono',
    'parameter',
    'span',
    'zone',
  ]);
  expect(parameterIds.every((id) => catalog[id] !== undefined)).toBe(true);
});

it('the time zone is read from the system’s setting', () => {
  const zone = createMachineSensor().timezone();
  expect(zone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  expect(observationSchemas.timezone.on.shape.zone.safeParse(zone).success).toBe(true);
});

function located(words: readonly SourceWord[]): SourceWord[] {
  return words.filter(({ word }) => location.test(word));
}
