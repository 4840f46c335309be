import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ExportSource } from '../../server/lifecycle/readExport.ts';
import { dayOf } from '../../shared/time.ts';

/** Twelve megabytes of notes of some days, which compress to half of that; or of fewer entries, from somewhere else. */
export function longExport({ entries = 16_000, organisation = 'Before', person = 'Ann' } = {}): ExportSource {
  const now = Date.now();
  const [device, session] = [randomUUID(), randomUUID()];
  const lines = Array.from({ length: entries }, (_, place) => {
    const day = dayOf(now - (20 - Math.floor(place / 1_000)) * 86_400_000);
    const at = Date.parse(`${day}T08:00:00Z`) + (place % 1_000) * 1_000;
    const observation = {
      parameter: 'notes',
      level: 'on',
      at,
      mono: place,
      span: 0,
      note: randomBytes(200).toString('hex'),
    };
    return JSON.stringify({ day, keptUntil: day, device, session, policyVersion: 1, termsVersion: 1, observation });
  });
  const notes = Buffer.from(`${lines.join('\n')}\n`);
  const day = dayOf(now);
  const kept = { records: lines.length, days: 16, firstDay: day, lastDay: day, keptUntil: day };
  const sha256 = createHash('sha256').update(notes).digest('hex');
  const manifest = {
    ...{ format: 'daylight-export', version: 1, organisation: { id: randomUUID(), name: organisation } },
    ...{
      person: { id: randomUUID(), name: person },
      asOf: now,
      parameters: [{ parameter: 'notes', ...kept }],
      images: 0,
    },
    ...{ unreadable: [], pastTheirDay: 0, withheld: [] },
    files: [{ name: 'data/notes.ndjson', bytes: notes.length, sha256, records: lines.length }],
  };
  const files = new Map([
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ['data/notes.ndjson', notes],
  ]);
  return {
    names: [...files.keys()],
    async *content(name) {
      yield files.get(name) ?? Buffer.alloc(0);
    },
  };
}
