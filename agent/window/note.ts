import type { AgentStatus } from '../../shared/protocol/window.ts';
import { say } from '../strings/say.ts';

/** The longest note, as shared/protocol/window.ts takes it. */
export const NOTE_LENGTH = 2_000;
/** From here on the person is told how much room is left. */
const NEARLY_FULL = 1_800;

/** Why no note can be kept while the person tracks; null where one can, or where nobody tracks. */
export function whyNoNotes({ state, parameters }: Pick<AgentStatus, 'state' | 'parameters'>): string | null {
  const { active, why } = parameters.notes;
  return state === 'stopped' || active ? null : say('tracking.noNotes', { why });
}

/** How long a note is of how long it may be, once it is nearly that. */
export function noteRoom(text: string): string | undefined {
  if (text.length < NEARLY_FULL) return undefined;
  return say('tracking.noteRoom', { length: text.length, most: NOTE_LENGTH });
}
