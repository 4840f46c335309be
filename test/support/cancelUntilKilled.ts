import { cancelOrganisation, type Told } from '../../server/lifecycle/cancellation.ts';
import { OrgId } from '../../shared/ids.ts';
import { surroundings } from './twoOrganisations.ts';

// A process for tests: cancels the organisation, in the folder, that are named on its command line, and says what it reaches.
const [data = '', org = ''] = process.argv.slice(2);
process.stdout.write('begins\n');
const tell = (told: Told): void => {
  if (told.kind === 'state') process.stdout.write(`${told.state}\n`);
};
await cancelOrganisation(OrgId.parse(org), { data, ...surroundings, tell });
