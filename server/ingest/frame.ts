import { describeIssue } from '../../shared/errors.ts';
import { AgentFrame } from '../../shared/protocol/messages.ts';

/** A frame, or what is wrong with it as one sentence that names the field. */
export type ReadFrame =
  | { readonly ok: true; readonly frame: AgentFrame }
  | { readonly ok: false; readonly problem: string };

/** Reads one text frame. Its size was checked by the socket. */
export function readFrame(text: string): ReadFrame {
  const json = parseJson(text);
  if (json === undefined) return { ok: false, problem: 'the frame is not JSON' };
  const parsed = AgentFrame.safeParse(json);
  if (parsed.success) return { ok: true, frame: parsed.data };
  return { ok: false, problem: describeIssue(parsed.error, 'frame').message };
}

/** `undefined` for what is not JSON; JSON itself has no such value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
