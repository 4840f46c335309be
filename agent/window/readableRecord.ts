import { parameterIds } from '../../shared/catalog.ts';
import type { AgentStatus } from '../../shared/protocol/window.ts';
import { duration } from '../strings/format.ts';
import { say } from '../strings/say.ts';

export interface Readable {
  readonly at: number | null;
  readonly label: string;
  readonly what: string;
}

/** Told in a place of their own: which parameter, since when, and for how long. `mono` is `at` by another clock. */
const ELSEWHERE: readonly string[] = ['parameter', 'level', 'at', 'mono', 'span'];

/** A record for reading: everything that it holds, in words. What is not known is shown as it is. */
export function readableRecord(record: unknown, parameters: AgentStatus['parameters']): Readable {
  if (typeof record !== 'object' || record === null) return { at: null, label: '', what: JSON.stringify(record) };
  const fields: Readonly<Record<string, unknown>> = { ...record };
  const { parameter, at, span } = fields;
  const id = parameterIds.find((known) => known === parameter);
  const said = Object.entries(fields)
    .filter(([name]) => !ELSEWHERE.includes(name))
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
  const lasted = typeof span === 'number' && span > 0;
  return {
    at: typeof at === 'number' ? at : null,
    label: id === undefined ? JSON.stringify(parameter) : parameters[id].label,
    what: lasted ? say('sent.lasted', { what: said, long: duration(span) }) : said,
  };
}
