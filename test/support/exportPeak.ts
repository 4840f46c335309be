import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createAccounts } from '../../server/api/accounts.ts';
import { authorize, personTarget } from '../../server/authorize.ts';
import { systemClock } from '../../server/clock.ts';
import { contactsOf } from '../../server/control/contacts.ts';
import type { ExportFile } from '../../server/lifecycle/exportWriting.ts';
import { zipOf } from '../../server/lifecycle/exportZip.ts';
import { subjectFiles } from '../../server/lifecycle/subjectAccess.ts';
import { systemRandom } from '../../server/random.ts';
import { OrgId, PersonId } from '../../shared/ids.ts';
import { dayOf } from '../../shared/time.ts';
import { openFoundationIn } from './numberedNotes.ts';

// A process for tests: exports the person of the organisation on its command line, from the folder there, to nowhere. Prints how many
// bytes the files have and how much memory it took more than before.
const [data = '', org = '', person = ''] = process.argv.slice(2);
const foundation = await openFoundationIn(data);
const { vault, control } = foundation;
const accounts = createAccounts({ ...foundation, clock: systemClock, random: systemRandom });
const store = await foundation.store.snapshot();
const record = await store.person(OrgId.parse(org), PersonId.parse(person));
if (record === null) throw new Error('nobody to export');
const actor = { ...record, complete: true };
const verdict = authorize(actor, 'subject.export', personTarget(record));
if (verdict.kind !== 'granted') throw new Error(verdict.reason);
const open = { ...accounts, clientOf: async () => ({ network: '', browser: '' }), notice: async () => null };
const policies = await control.history(record.org);
const contacts = await contactsOf(store, vault, record.org);
const erased = await foundation.erased.of(record);
const subject = {
  person: record,
  today: dayOf(Date.now()),
  organisation: 'Acme',
  contacts,
  notices: [],
  disclosures: [],
  holds: [],
  incidents: [],
  store,
  vault,
  erased,
  keeping: await foundation.control.keeping(record.org),
  policies,
  translations: [],
  open,
};
const before = process.memoryUsage().rss;
let bytes = 0;
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
await pipeline(zipOf(counted(subjectFiles(verdict.leave, subject, Date.now())), Date.now()), nowhere);
// Of this program alone (proc(5), VmHWM, in kB): what getrusage calls the most, on Linux, is at least what the process had that started it.
const highest = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
const grown = Number(highest) * 1_024 - before;
process.stdout.write(`${JSON.stringify({ bytes, grown })}\n`);
await store.close();
await foundation.close();

async function* counted(files: AsyncIterable<ExportFile>): AsyncGenerator<ExportFile> {
  for await (const file of files) yield { ...file, content: counting(file.content) };
}

async function* counting(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    bytes += chunk.length;
    yield chunk;
  }
}
