import { describe, it } from 'vitest';

/**
 * A suite that needs a desktop. Where something is missing it fails under CI, which installs everything; elsewhere it
 * is skipped by name, and the name says what to install.
 */
export function desktopTests(name: string, missing: readonly string[], suite: () => void): void {
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const remedy = `needs: apt-get install ${missing.join(' ')}`;
  if (process.env.CI !== undefined && process.env.CI !== '') {
    it(`${name} (${remedy})`, () => {
      throw new Error(remedy);
    });
    return;
  }
  describe.skip(`${name} (${remedy})`, suite);
}
