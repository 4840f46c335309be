import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRecord } from '../../../../server/lifecycle/csv.ts';

test('a record is what RFC 4180 says: quotes doubled, an empty cell for nothing, CRLF at its end', () => {
  expect(csvRecord(['a "b", c', 1, -2.5, true, null, undefined, { x: [1] }])).toBe(
    '"a ""b"", c",1,-2.5,true,,,"{""x"":[1]}"\r\n',
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1'])(
  'a text that begins as %j is no formula',
  (text) => {
    expect(csvRecord([text])).toBe(`"'${text}"\r\n`);
  },
);

test('no text, whatever it is, begins a cell as a formula does, and each can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const record = csvRecord([text]);
      const inner = record.slice(1, -3).replaceAll('""', '"');
      expect(record).toMatch(/^"[^]*"\r\n$/);
      expect(inner).not.toMatch(/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u);
      expect([text, `'${text}`]).toContain(inner);
    }),
  );
});
