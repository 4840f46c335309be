import { describe, expect, it } from 'vitest';
import { catalog, least, parameterIds, rank } from '../../../shared/catalog.ts';
import { observationSchemas, parseObservation } from '../../../shared/events/observation.ts';
import { noticeOf, noticeText } from '../../../shared/policy/notice.ts';
import { firstRules } from '../../../shared/policy/policy.ts';

describe('the register of parameters', () => {
  it('starts every parameter at off, and everything observed is off by default', () => {
    for (const id of parameterIds) {
      expect(catalog[id].levels[0]).toBe('off');
      if (catalog[id].source === 'observed') expect(catalog[id].default).toBe('off');
      expect(rank(id, catalog[id].default)).toBeGreaterThanOrEqual(0);
    }
    expect(parameterIds.filter((id) => catalog[id].default !== 'off')).toEqual(['session', 'project']);
  });

  it('has one observation schema for each level above off, and none for anything else', () => {
    const schemas = Object.entries(observationSchemas).map(([id, levels]) => [id, Object.keys(levels)]);
    expect(schemas).toEqual(parameterIds.map((id) => [id, catalog[id].levels.slice(1)]));
  });

  it('tells a person in words about each level above off', () => {
    for (const id of parameterIds) {
      expect(Object.keys(catalog[id].notice)).toEqual(catalog[id].levels.slice(1));
    }
  });

  it('has no field anywhere that could hold a key, a coordinate, a clipboard, a picture of a person, a sound or a place', () => {
    const fields = Object.values(observationSchemas).flatMap((levels) =>
      Object.values(levels).flatMap((schema) => Object.keys(schema.shape)),
    );
    expect([...new Set(fields)].sort()).toEqual(
      [
        'active',
        'agentVersion',
        'arch',
        'at',
        'bytes',
        'category',
        'cause',
        'clicks',
        'digest',
        'domain',
        'event',
        'height',
        'host',
        'image',
        'keys',
        'level',
        'memoryGiB',
        'model',
        'mono',
        'moves',
        'name',
        'note',
        'osVersion',
        'parameter',
        'path',
        'platform',
        'project',
        'scrolls',
        'sensors',
        'span',
        'spoolBytes',
        'task',
        'title',
        'waitingBatches',
        'width',
        'zone',
        'active',
      ]
        .filter((name, index, all) => all.indexOf(name) === index)
        .sort(),
    );
    // `keys` is a number of key presses and can be nothing else.
    expect(observationSchemas.activity.counts.shape.keys.safeParse('a').success).toBe(false);
  });

  it('takes the lesser of two levels, and counts a foreign level as off', () => {
    expect(least('title', 'full', 'redacted')).toBe('redacted');
    expect(least('title', 'full', 'counts')).toBe('off');
  });

  it('generates the notice of a first policy from the register alone', () => {
    const times = { screenshotReviewSeconds: 300, idleSeconds: 300, leaseHours: { observed: 24, entered: 720 } };
    const notice = noticeOf({ version: 1, parameters: firstRules(), ...times });
    expect(notice.collected.map((line) => line.parameter)).toEqual(['session', 'project']);
    expect(notice.notCollected.map((line) => line.parameter)).toEqual(
      parameterIds.filter((id) => id !== 'session' && id !== 'project'),
    );
  });

  it('says how long something goes on without the server in days where they are whole ones, else in hours', () => {
    const goesOn = (observed: number, entered: number) => {
      const times = { screenshotReviewSeconds: 300, idleSeconds: 300, leaseHours: { observed, entered } };
      const says = (parameter: 'app' | 'notes', level: string) =>
        /for up to (.+) without contact/.exec(noticeText(parameter, level, times) ?? '')?.[1];
      return [says('app', 'name'), says('notes', 'on')];
    };
    expect(goesOn(24, 720)).toEqual(['5 minutes without input and 24 hours', '30 days']);
    expect(goesOn(1, 50)).toEqual(['5 minutes without input and 1 hour', '50 hours']);
  });
});

describe('an observation at the door', () => {
  const title = { parameter: 'title', level: 'full', at: 1_790_000_000_000, mono: 5, span: 0, title: 'Quarterly plan' };

  it('is taken when it is exactly what is registered', () => {
    expect(parseObservation(title)).toEqual({ ok: true, observation: title });
  });

  it('is refused for an unknown field, parameter or level, and for text that is no text', () => {
    const bad = [
      { ...title, keycode: 30 },
      { ...title, parameter: 'keystrokes' },
      { ...title, level: 'raw' },
      { ...title, title: '' },
      { ...title, title: 'a\u0000b' },
      { ...title, title: '\ud800' },
      { ...title, title: 'x'.repeat(513) },
      { ...title, at: 12 },
      { ...title, at: 1_790_000_000_000.5 },
      { parameter: '__proto__', level: 'on' },
      { parameter: 'constructor', level: 'prototype' },
      null,
      'title',
      [],
    ];
    for (const input of bad) expect(parseObservation(input).ok, JSON.stringify(input)).toBe(false);
  });
});
