import { expect, test } from 'vitest';
import { type ParameterId, parameterIds } from '../../../../shared/catalog.ts';
import {
  Exclusions,
  excludable,
  excludesApp,
  excludesLess,
  excludesMore,
  excludesSite,
  globFrom,
  globProblem,
  MOST_EXCLUSIONS,
  NO_EXCLUSIONS,
  together,
} from '../../../../shared/policy/exclusions.ts';
import { noticeText } from '../../../../shared/policy/notice.ts';
import { firstRules, readPolicy } from '../../../../shared/policy/policy.ts';
import { widened } from '../../../../shared/policy/widened.ts';

const of = (apps: string[], sites: string[] = []): Exclusions => ({ apps, sites });
const terms = {
  screenshotReviewSeconds: 300,
  idleSeconds: 300,
  leaseHours: { observed: 24, entered: 720 },
  parameters: firstRules(),
};

test.each<[string, string, boolean]>([
  ['keepass*', 'KeePassXC', true],
  ['keepass*', 'keepassxc.exe', true],
  ['winword', 'WINWORD.EXE', true],
  ['winword.exe', 'winword.exe', true],
  ['word', 'winword', false],
  ['*bank*', 'My Banking', true],
])('an application: %s and %s', (glob, name, isLeftOut) => {
  expect(excludesApp(of([glob]), ['something else', name])).toBe(isLeftOut);
});

test.each<[string, string, boolean]>([
  ['intranet.example.com', 'intranet.example.com', true],
  ['intranet.example.com', 'a.b.intranet.example.com', true],
  ['intranet.example.com', 'example.com', false],
  ['intranet.example.com', 'notintranet.example.com', false],
  ['*.example.com', 'hr.example.com', true],
  ['*.example.com', 'example.com', false],
  ['hr*.example.com', 'hr-2.example.com', true],
  ['*works-council*', 'www.works-council-berlin.example', true],
])('a site: %s and %s', (glob, host, isLeftOut) => {
  expect(excludesSite(of([], [glob]), host)).toBe(isLeftOut);
});

test('nothing excludes nothing', () => {
  expect([excludesApp(NO_EXCLUSIONS, ['code']), excludesSite(NO_EXCLUSIONS, 'example.com')]).toEqual([false, false]);
});

test.each([
  '',
  '*',
  '**.*',
  'a',
  'Code',
  ' code',
  'co\u0000de',
  'co\nde',
  'co\u202ede',
  'x'.repeat(65),
  '*a*b*c*d*e*f*g*h*i',
])('the application %j is refused, in words', (glob) => {
  expect(globProblem('apps', glob)).toMatch(/^expected /);
  expect(Exclusions.safeParse(of([glob])).success).toBe(false);
});

test.each([
  '',
  '*',
  '*.*',
  'https://example.com',
  'example.com/hr',
  'Example.com',
  'exa mple.com',
  '.example.com',
  'bücher.de',
])('the site %j is refused, in words', (glob) => {
  expect(globProblem('sites', glob)).toMatch(/^expected /);
  expect(Exclusions.safeParse(of([], [glob])).success).toBe(false);
});

test('what somebody types takes the form that a policy holds', () => {
  expect([globFrom('apps', ' KeePass* '), globFrom('sites', 'Bücher.DE'), globFrom('sites', '*.Example.com')]).toEqual([
    'keepass*',
    'xn--bcher-kva.de',
    '*.example.com',
  ]);
});

test('more than a hundred, and the same one twice, are refused', () => {
  const many = Array.from({ length: MOST_EXCLUSIONS + 1 }, (_, index) => `app ${index + 10}`);
  expect(Exclusions.safeParse(of(many)).success).toBe(false);
  expect(Exclusions.safeParse(of(many.slice(1))).success).toBe(true);
  expect(Exclusions.safeParse(of(['code', 'code'])).success).toBe(false);
});

test('adding is more, taking out is less, and both leave out what either does', () => {
  const [before, after] = [of(['code'], ['a.example']), of(['code', 'vim'], [])];
  expect([excludesMore(before, after), excludesMore(before, before), excludesMore(after, of([]))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(parameterIds.filter((id) => excludesLess(id, before, after))).toEqual(['title', 'url', 'screenshot']);
  expect(parameterIds.filter((id) => excludesLess(id, after, before))).toEqual([...excludable]);
  expect(together(before, after)).toEqual(of(['code', 'vim'], ['a.example']));
});

test('terms without an exclusion that was there are widened; with one more they are not', () => {
  const plain = { ...terms };
  const excluded = { ...terms, exclusions: of(['code']) };
  const ids = (before: typeof plain, after: typeof plain) => parameterIds.filter((id) => widened(id, before, after));
  expect(ids(excluded, plain)).toEqual([...excludable]);
  expect(ids(plain, excluded)).toEqual([]);
});

test('the notice says of each parameter what is left out of it', () => {
  const levels = { app: 'name', title: 'full', url: 'domain', screenshot: 'full', activity: 'counts' } as const;
  const told = (exclusions?: Exclusions) =>
    Object.entries(levels).map(([id, level]) =>
      noticeText(id as ParameterId, level, { ...terms, ...(exclusions && { exclusions }) }),
    );
  const added = told(of(['code'], ['hr.example.com', 'a.example'])).map((text, index) =>
    text?.slice((told()[index] ?? '').length).trim(),
  );
  expect(added).toEqual([
    'Of the applications code only that something private is in front.',
    'None of the applications code and the sites hr.example.com, a.example.',
    'Of the sites hr.example.com, a.example only that something private is open.',
    'None while one of the applications code and the sites hr.example.com, a.example is to be seen.',
    '',
  ]);
});

test('exclusions that an agent does not understand switch off what they might have kept back, and nothing else', () => {
  const document = {
    ...{
      schema: 1,
      org: '0b9f6a52-3a0f-4c0e-8f61-3a7b6f0f5a01',
      scope: { kind: 'org' },
      version: 1,
      previousHash: null,
    },
    ...{ notBefore: 1_790_000_000_000, ...terms },
  };
  const off = Object.fromEntries(excludable.map((id) => [id, 'not_understood']));
  for (const exclusions of [null, 'code', of(['*']), { apps: [] }, { ...of([]), paths: [] }]) {
    const read = readPolicy({ ...document, exclusions });
    expect(read.ok && read.policy.notUnderstood).toEqual(off);
  }
  const [plain, some] = [readPolicy(document), readPolicy({ ...document, exclusions: of(['code']) })];
  expect([plain.ok && plain.policy.notUnderstood, plain.ok && plain.policy.exclusions]).toEqual([{}, NO_EXCLUSIONS]);
  expect([some.ok && some.policy.notUnderstood, some.ok && some.policy.exclusions]).toEqual([{}, of(['code'])]);
});
