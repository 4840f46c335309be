import { expect, it } from 'vitest';
import { parseProperties, quoted, titleOf } from '../../../../agent/platform/x11.ts';

it('a value keeps its equals signs, and a missing property is empty', () => {
  const properties = parseProperties(
    'WM_CLASS(STRING) = "a", "B"\n_NET_WM_PID:  not found.\n_NET_WM_NAME(UTF8_STRING) = "x = y"\n',
  );
  expect([...properties]).toEqual([
    ['WM_CLASS', '"a", "B"'],
    ['_NET_WM_PID', ''],
    ['_NET_WM_NAME', '"x = y"'],
  ]);
});

it('a title with line breaks cannot pass for another property', () => {
  const title = '"a\nWM_CLASS(STRING) = "innocent", "Innocent"\n_NET_WM_PID(CARDINAL) = 1"';
  const properties = parseProperties(
    `WM_CLASS(STRING) = "real", "Real"\n_NET_WM_PID:  not found.\n_NET_WM_NAME(UTF8_STRING) = ${title}\n`,
  );
  expect([properties.get('WM_CLASS'), properties.get('_NET_WM_PID')]).toEqual(['"real", "Real"', '']);
  expect(titleOf(properties.get('_NET_WM_NAME') ?? '')).toBe('a');
});

it.each([
  ['"plain"', 'plain'],
  ['"say "hello" \\ C:\\temp"', 'say "hello" \\ C:\\temp'],
  ['""', ''],
  ['"', ''],
  ['0x1, 0x2', null],
])('the title of %s is %s', (value, title) => {
  expect(titleOf(value)).toBe(title);
});

it('strings of a list are unescaped; octal bytes are UTF-8', () => {
  expect(quoted('"a \\"b\\" \\\\", "Z\\303\\274rich"')).toEqual(['a "b" \\', 'Zürich']);
});
