import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { parse } from 'tldts';
import { describe, expect, test } from 'vitest';
import { parseObservation } from '../../../shared/events/observation.ts';
import { asciiHost } from '../../../shared/policy/host.ts';
import { boundTitle, redactTitle } from '../../../shared/policy/redact.ts';
import { type ReducedUrl, reduceUrl, type UrlLevel } from '../../../shared/policy/site.ts';

const when = { at: 1_790_000_000_000, mono: 1, span: 0 };

function urlObservation(level: UrlLevel, reduced: ReducedUrl): unknown {
  if ('private' in reduced) return { parameter: 'url', level: 'category', ...when, category: 'private' };
  return { parameter: 'url', level, ...when, ...reduced };
}

/** A quotation mark inside a word begins a quotation, which takes more than the word. */
const unquoted = (text: string) => !/[`'"]/.test(text);

const level = fc.constantFrom<UrlLevel>('category', 'domain', 'host_path');

const pieces = fc.constantFrom(
  ...'abcXYZ0123456789 .,:;/\\@%?#&=\'"“”„«»‘’()[]{}<>*~-_+|\t\n\u0000\u202e\u200b\ud800é漢１２٣😀。＠℀'.split(/(?:)/u),
);
const wild = fc.oneof(
  fc.string({ unit: pieces, maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(
      fc.constantFrom(
        'anna@example.org',
        "'quoted text'",
        '„Zitat“',
        "o'clock",
        "'",
        '12',
        '3',
        '4711',
        'a.b',
        'Plan',
        '*',
        '-',
        ' ',
        ' ',
        ' ',
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
);

const host = fc.oneof(
  fc.domain(),
  fc.constantFrom(
    'docs.github.com',
    'bücher.de',
    'a.example.co.uk',
    'st-anna-klinik.de',
    'localhost',
    '10.0.0.1',
    '[::1]',
  ),
);
const address = fc
  .record({
    scheme: fc.constantFrom('http', 'https', 'HTTPS'),
    user: fc.option(fc.constantFrom('anna', 'anna:pw', 'x@y'), { nil: null }),
    host,
    port: fc.option(fc.nat(65_535), { nil: null }),
    path: fc.array(fc.oneof(fc.webSegment(), fc.string({ unit: pieces, maxLength: 12 })), { maxLength: 6 }),
    query: fc.option(fc.webQueryParameters(), { nil: null }),
    fragment: fc.option(fc.webFragments(), { nil: null }),
  })
  .map(({ scheme, user, host, port, path, query, fragment }) =>
    [
      `${scheme}://`,
      user === null ? '' : `${user}@`,
      host,
      port === null ? '' : `:${port}`,
      ...path.map((segment) => `/${segment}`),
      query === null ? '' : `?${query}`,
      fragment === null ? '' : `#${fragment}`,
    ].join(''),
  );
const anyUrl = fc.oneof(
  address,
  wild,
  wild.map((rest) => `https://${rest}`),
  wild.map((rest) => `https://example.com/${rest}`),
);

test('an international host is written as a browser writes it', () => {
  const letter = fc.constantFrom(...Array.from('abzäöüßéñøłžабжщяαβγ漢字例えテスト한글'.normalize('NFC')));
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: letter, minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 }),
      (labels) => {
        const host = labels.join('.');
        expect(asciiHost(host)).toBe(domainToASCII(host));
      },
    ),
    { numRuns: 2_000 },
  );
});

describe('an address', () => {
  test('reduced to a level satisfies the schema of the level, or of a lower one', () => {
    fc.assert(
      fc.property(anyUrl, level, (url, at) => {
        const reduced = reduceUrl(url, at);
        if (reduced === null) return;
        expect(parseObservation(urlObservation(at, reduced))).toMatchObject({ ok: true });
      }),
      { numRuns: 3_000 },
    );
  });

  test('keeps a domain that is its own registrable domain', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        const reduced = reduceUrl(url, 'domain');
        if (reduced === null || !('domain' in reduced)) return;
        expect(parse(reduced.domain).domain).toBe(reduced.domain);
      }),
      { numRuns: 2_000 },
    );
  });

  test('at a lower level is a function of what a higher level keeps, and reducing twice changes nothing', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        const most = reduceUrl(url, 'host_path');
        if (most === null || 'private' in most) {
          expect([reduceUrl(url, 'domain'), reduceUrl(url, 'category')]).toEqual([most, most]);
          return;
        }
        if (!('host' in most)) throw new Error('host_path gave something else');
        const again = `https://${most.host}${most.path}`;
        expect(reduceUrl(again, 'host_path')).toEqual(most);
        const middle = reduceUrl(url, 'domain');
        expect(reduceUrl(again, 'domain')).toEqual(middle);
        if (middle === null || !('domain' in middle)) throw new Error('domain gave something else');
        expect(reduceUrl(`https://${middle.domain}`, 'category')).toEqual(reduceUrl(url, 'category'));
      }),
      { numRuns: 3_000 },
    );
  });

  test('does not depend on its user information, port, query and fragment', () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9!$&'()*+,;=._~-]{1,40}$/);
    fc.assert(
      fc.property(
        fc.domain(),
        fc.webPath(),
        secret,
        secret,
        fc.nat(65_535),
        level,
        (name, path, user, rest, port, at) => {
          const dressed = `https://${user}:${rest}@${name}:${port}${path}?${rest}=${user}#${rest}`;
          expect(reduceUrl(dressed, at)).toEqual(reduceUrl(`https://${name}${path}`, at));
        },
      ),
    );
  });

  test('keeps no three digits in a row in its path', () => {
    fc.assert(
      fc.property(anyUrl, (url) => {
        const reduced = reduceUrl(url, 'host_path');
        if (reduced !== null && 'path' in reduced) expect(decodeURIComponent(reduced.path)).not.toMatch(/\p{Nd}{3}/u);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a title', () => {
  test('full or redacted satisfies its schema or is null, and is never longer than what was given', () => {
    fc.assert(
      fc.property(wild, (title) => {
        for (const [name, kept] of [
          ['full', boundTitle(title)],
          ['redacted', redactTitle(title)],
        ] as const) {
          if (kept === null) continue;
          expect(kept.length).toBeLessThanOrEqual(title.length);
          const observation = { parameter: 'title', level: name, ...when, title: kept };
          expect(parseObservation(observation)).toMatchObject({ ok: true });
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('bounded or redacted twice is what it was after once', () => {
    fc.assert(
      fc.property(wild, (title) => {
        const [full, redacted] = [boundTitle(title), redactTitle(title)];
        if (full !== null) expect(boundTitle(full)).toBe(full);
        if (redacted !== null) expect(redactTitle(redacted)).toBe(redacted);
      }),
      { numRuns: 20_000 },
    );
  });

  test('redacted is a function of the full one', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          wild,
          wild.map((title) => title.repeat(20)),
        ),
        (title) => {
          expect(redactTitle(title)).toBe(redactTitle(boundTitle(title) ?? ''));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('redacted holds no number of three digits, no @, no link, no path, no quotation and no control', () => {
    fc.assert(
      fc.property(wild, (title) => {
        const kept = redactTitle(title) ?? '';
        expect(kept).not.toMatch(
          /\p{Nd}{3}|@|＠|:\/\/|["“”„«»]|[\p{L}\p{N}][\\/]|[\\/][\p{L}\p{N}]|[\p{Cc}\p{Cf}\p{Cs}]|[a-z]\.[a-z]/u,
        );
      }),
      { numRuns: 5_000 },
    );
  });

  test('redacted shows nothing of an address, a number, a link or a quotation planted among words', () => {
    const word = fc.constantFrom('Plan', 'für', 'the', 'week', '–', '|');
    const planted = fc.oneof(
      fc.emailAddress().filter(unquoted),
      fc.webUrl().filter(unquoted),
      fc.uuid(),
      fc.integer({ min: 100 }).map(String),
      fc.stringMatching(/^[a-z]{4,9}$/).map((text) => `“${text} mark ${text}”`),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 6 }),
        planted,
        fc.array(word, { maxLength: 6 }),
        (before, secret, after) => {
          const kept = redactTitle([...before, secret, ...after].join(' '));
          const clean = [...before, '*', ...after].join(' ');
          expect(kept).toBe(/\p{L}/u.test(clean) ? clean : null);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('one megabyte', () => {
  const SIZE = 1_048_576;
  const hostile = [
    'a',
    '1',
    '@',
    '.',
    '/',
    '%',
    "'",
    '"',
    '“',
    '\u202e',
    '\ud800',
    '😀',
    'a@',
    'a.',
    '/..',
    '%25',
    "' ",
    '1 ',
    'xn--',
    ';',
    ':',
    '[',
    '\\',
  ];

  test.each(hostile)('of %j is cut before it is normalised, decoded or split', (piece) => {
    const text = piece.repeat(SIZE / piece.length);
    const urls = [
      text,
      `https://${text}`,
      `https://example.com/${text}`,
      `https://${text}@example.com/`,
      `https://example.com/?${text}`,
    ];
    const characters = charactersLookedAt(() => {
      for (const url of urls) reduceUrl(url, 'host_path');
      redactTitle(text);
    });
    expect(characters).toBeLessThan(100_000);
  });
});

/** Characters handed to the closer looks, which go over all of their text, counted at the language's own functions. */
function charactersLookedAt(work: () => void): number {
  let characters = 0;
  const originals = (['normalize', 'split', 'search', 'match', 'replaceAll'] as const).map((name) => {
    const original = Object.getOwnPropertyDescriptor(String.prototype, name);
    const method: unknown = original?.value;
    if (original === undefined || typeof method !== 'function') throw new Error(`strings have no ${name}`);
    function counted(this: string, ...rest: unknown[]): unknown {
      characters += this.length;
      return Reflect.apply(method as () => unknown, this, rest);
    }
    Object.defineProperty(String.prototype, name, { ...original, value: counted });
    return { name, original };
  });
  try {
    work();
  } finally {
    for (const { name, original } of originals) Object.defineProperty(String.prototype, name, original);
  }
  return characters;
}
