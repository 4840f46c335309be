import { connect } from '../../server/store/sqlite/connection.ts';

// A process for tests: begins to read the database that is named on its command line, and goes on reading what was there then.
const [file = ''] = process.argv.slice(2);
const connection = await connect(file);
await connection.script('BEGIN');
await connection.all('SELECT count(*) FROM sqlite_master');
process.stdout.write('reads\n');
setInterval(() => undefined, 60_000);
