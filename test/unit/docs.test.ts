import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog, parameterIds } from '../../shared/catalog.ts';
import { DiscardReason, DropCause } from '../../shared/outcome.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { AgentFrame, Bye, ReceiptState, ServerFrame } from '../../shared/protocol/messages.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const markdown = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

describe('the documents', () => {
  it.each(markdown)('%s: every link to a file of the project leads somewhere', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const missing = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !existsSync(resolve(root, dirname(file), link)));
    expect(missing).toEqual([]);
  });

  it('name for each of the 58 promises a test that exists, or say "not yet"; and no test of a promise is left out', () => {
    const rows = [...read('docs/PROMISES.md').matchAll(/^\| (\d+) \|.*\| ([^|]*) \|$/gm)];
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 58 }, (_, index) => index + 1));
    const cells = rows.map(([, , cell]) => cell ?? '');
    const named = cells.flatMap((cell) => [...cell.matchAll(/test\/promises\/([^)]+)\)/g)].map((match) => match[1]));
    for (const cell of cells) expect(cell === 'not yet' || /^\[`/.test(cell), cell).toBe(true);
    const tests = readdirSync(join(root, 'test/promises')).filter((file) => file.endsWith('.test.ts'));
    expect(named.toSorted()).toEqual(tests.toSorted());
  });

  it('name for each of the 38 attacks and faults a test that exists, or say "not yet"; and no test of a fault is left out', () => {
    const rows = [...read('docs/FAULTS.md').matchAll(/^\| (\d+) \|.*\| ([^|]*) \|$/gm)];
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 38 }, (_, index) => index + 1));
    const cells = rows.map(([, , cell]) => cell ?? '');
    for (const cell of cells) expect(cell === 'not yet' || /^\[`/.test(cell), cell).toBe(true);
    const named = cells.flatMap((cell) => [...cell.matchAll(/test\/faults\/([^)]+)\)/g)].map((match) => match[1]));
    const tests = readdirSync(join(root, 'test/faults')).filter((file) => file.endsWith('.test.ts'));
    expect([...new Set(named)].toSorted()).toEqual(tests.toSorted());
  });

  it('describe in PROTOCOL.md every frame, parameter, level, reason, cause and limit that there is', () => {
    const protocol = read('docs/PROTOCOL.md');
    const frames = [...AgentFrame.options, ...ServerFrame.options].map((frame) => frame.shape.type.value);
    const words = [
      ...frames,
      ...parameterIds.flatMap((id) => [id, ...catalog[id].levels]),
      ...DiscardReason.options,
      ...DropCause.options,
      ...Bye.shape.reason.options,
      ...ReceiptState.shape.reason.unwrap().options,
    ];
    expect(words.filter((word) => !new RegExp(`[\`"]${word}[\`"]`).test(protocol))).toEqual([]);
    expect([limits.batchObservations, limits.batchesInFlight].filter((n) => !protocol.includes(`| ${n}`))).toEqual([]);
  });
});
