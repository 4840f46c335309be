import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Locked, productionClosure } from '../../../scripts/productionClosure.ts';

test('a package of the desktop brings what the agent needs, of every place in the lock, and nothing of the server', async () => {
  const lock = Locked.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
  const places = productionClosure(lock, ['active-win', 'sharp', 'uiohook-napi', 'ws', 'zod']);
  for (const name of ['active-win', 'sharp', 'uiohook-napi', 'ws', 'zod', 'detect-libc'])
    expect(places).toContain(`node_modules/${name}`);
  for (const name of [
    'express',
    'sqlite3',
    'pino',
    '@node-rs/argon2',
    'otplib',
    'helmet',
    'electron',
    'react',
    'vite',
  ]) {
    expect(places).not.toContain(`node_modules/${name}`);
  }
});

test('what is missing in the lock is an error, unless it is optional; what lies nearer is taken', () => {
  const packages = {
    '': {},
    'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { gone: '1' } },
    'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
    'node_modules/b': {},
    'node_modules/c': { dependencies: { a: '1' } },
  };
  expect(productionClosure({ packages }, ['a'])).toEqual([
    'node_modules/a',
    'node_modules/a/node_modules/b',
    'node_modules/c',
  ]);
  expect(() => productionClosure({ packages }, ['gone'])).toThrow('gone is needed by the agent');
});

test('every fuse of Electron is set, and as its security checklist asks', async () => {
  const config = await readFile('electron-builder.yml', 'utf8');
  const fuses = Object.fromEntries(
    [...config.matchAll(/^ {2}(\w+): (true|false)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(fuses).toMatchObject({
    runAsNode: 'false',
    enableCookieEncryption: 'true',
    enableNodeOptionsEnvironmentVariable: 'false',
    enableNodeCliInspectArguments: 'false',
    enableEmbeddedAsarIntegrityValidation: 'true',
    onlyLoadAppFromAsar: 'true',
    loadBrowserProcessSpecificV8Snapshot: 'false',
    grantFileProtocolExtraPrivileges: 'false',
  });
  const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(config).toContain(`electronVersion: ${devDependencies.electron}\n`);
});
