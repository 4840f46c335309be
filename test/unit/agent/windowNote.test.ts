import { expect, test } from 'vitest';
import { noteRoom, whyNoNotes } from '../../../agent/window/note.ts';
import { parameterIds } from '../../../shared/catalog.ts';
import { type AgentStatus, WindowRequest } from '../../../shared/protocol/window.ts';

const line = { label: 'Notes', level: 'off', active: false, needs: null, why: 'Off: it is.', terms: null };
const parametersWith = (active: boolean): AgentStatus['parameters'] =>
  Object.fromEntries(parameterIds.map((id) => [id, { ...line, active }])) as AgentStatus['parameters'];

test('while notes are off the window says why instead of offering one, and between sessions nothing', () => {
  const why = whyNoNotes({ state: 'tracking', parameters: parametersWith(false) });
  expect(why).toBe('Notes are not recorded. Off: it is.');
  expect(whyNoNotes({ state: 'tracking', parameters: parametersWith(true) })).toBe(null);
  expect(whyNoNotes({ state: 'stopped', parameters: parametersWith(false) })).toBe(null);
});

test('a note that is nearly full says how long it is, and what it says to be the most is what is taken', () => {
  expect(noteRoom('a'.repeat(1_799))).toBe(undefined);
  expect(noteRoom('a'.repeat(1_900))).toBe('1,900 of 2,000 characters');
  const isTaken = (length: number) => WindowRequest.safeParse({ command: 'note', text: 'a'.repeat(length) }).success;
  expect([isTaken(2_000), isTaken(2_001)]).toEqual([true, false]);
});
