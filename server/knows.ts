import type { IncomingHttpHeaders } from 'node:http';
import { KNOWS_HEADER } from '../shared/protocol/messages.ts';

/** What an agent says that it knows. Nobody has signed it: it only decides in which form it is told something. */
export function knownBy(headers: IncomingHttpHeaders): ReadonlySet<string> {
  const said = String(headers[KNOWS_HEADER] ?? '').split(',');
  return new Set(said.map((one) => one.trim()));
}
