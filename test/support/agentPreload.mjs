import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { writeHeapSnapshot } from 'node:v8';

// Loaded into the built agent before its own code (`node --import`), for tests of the real thing: the agent itself is what
// `npm run build` made, to the byte, and has no option for any of this.

/**
 * The die that the agent throws with eight bytes of randomness (agent/platform/system.ts): always this fraction. A
 * picture is due at a random moment of five minutes; a test that wants to see one cannot wait for chance.
 */
const fraction = process.env['DAYLIGHT_TEST_FRACTION'];
if (fraction !== undefined) {
  const honest = crypto.randomBytes;
  crypto.randomBytes = (length, ...rest) => (length === 8 && rest.length === 0 ? thrown() : honest(length, ...rest));
  syncBuiltinESMExports();
}

function thrown() {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.floor(Number(fraction) * 2 ** 53)) << 11n);
  return bytes;
}

/** A heap snapshot with the values of numbers, which the one that Node writes at a signal leaves out. */
const heap = process.env['DAYLIGHT_TEST_HEAP'];
if (heap !== undefined) process.on('SIGUSR2', () => writeHeapSnapshot(heap, { exposeNumericValues: true }));
