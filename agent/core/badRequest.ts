import type { z } from 'zod';
import { describeIssue } from '../../shared/errors.ts';
import type { WindowAnswer } from '../../shared/protocol/window.ts';

/** What people type, by the name of its field. All else is put together by a program. */
const TYPED: Readonly<Record<string, string>> = {
  project: 'project',
  task: 'task',
  text: 'note',
  server: 'server',
  code: 'code',
};

/** What a request that cannot be parsed is answered: which field, what was expected, and what to do. */
export function badRequest(error: z.ZodError): Extract<WindowAnswer, { ok: false }> {
  const { field, problem } = describeIssue(error);
  const typed = TYPED[field];
  if (typed !== undefined) {
    return { ok: false, kind: 'bad_request', problem: `${typed}: ${problem}`, remedy: 'change it and try again' };
  }
  return {
    ok: false,
    kind: 'bad_request',
    problem: `this request is none that the agent knows (${field === '' ? problem : `${field}: ${problem}`})`,
    remedy: 'use a window and a command line of the same version as the agent that runs',
  };
}
