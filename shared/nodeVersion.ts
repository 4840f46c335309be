/** The oldest Node that this runs on; package.json's `engines` say the same, and npm only warns of it. */
export const OLDEST_NODE = '20.19.0';

/** What to tell whoever started this under an older Node, where it would fail later and far from the cause; null otherwise. */
export function tooOldNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number);
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  return isOld
    ? `Daylight needs Node 20.19 or newer, and this is Node ${version}. Install a newer one, 24 if you can.`
    : null;
}
