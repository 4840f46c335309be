import { OrgId, PersonId } from '../../shared/ids.ts';
import { openFoundationIn } from './numberedNotes.ts';
import { endingsOn } from './twoPeople.ts';

// A process for tests: ends the account of the person, in the folder, that are named on its command line, and says what it reaches.
const [data = '', org = '', person = ''] = process.argv.slice(2);
const foundation = await openFoundationIn(data);
const endings = await endingsOn(foundation, { reached: (_, state) => void process.stdout.write(`${state}\n`) });
process.stdout.write('begins\n');
await endings.end({ org: OrgId.parse(org), person: PersonId.parse(person), by: 'owner' });
