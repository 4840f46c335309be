import { restoreOnHost } from '../../server/restoreOnHost.ts';
import { surroundings } from './twoOrganisations.ts';

// A process for tests: restores the newest backup of the data folder, from the place, that are named on its command line.
const [data = '', backups = ''] = process.argv.slice(2);
process.stdout.write('begins\n');
await restoreOnHost({ data, backups, ...surroundings }, 'newest');
process.stdout.write('restored\n');
