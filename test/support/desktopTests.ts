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

/** Makes this process live on the desktop: native libraries and the tools that they run read its environment. */
export function withEnvironment(env: NodeJS.ProcessEnv): () => void {
  const names = ['DISPLAY', 'XDG_SESSION_TYPE', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XAUTHORITY', 'LC_ALL'];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) set(name, env[name]);
  return () => {
    for (const [name, value] of before) set(name, value);
  };
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
