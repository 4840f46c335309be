import { relative } from 'node:path';
import { afterAll, expect } from 'vitest';
import { callsToFiles, requireAtRest } from './atRest.ts';

// Runs before each file of tests that shares its process with others. What is registered first is asked last, after all that the file cleans
// up; what a file before it has left is that one's.
const before = callsToFiles();
afterAll(() => requireAtRest(relative(process.cwd(), expect.getState().testPath ?? 'a file of tests'), before));
