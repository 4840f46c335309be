import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Machine, MachineSensor } from '../core/ports.ts';

const run = promisify(execFile);

/**
 * What kind of machine this is: platform, architecture, version of the system, model and memory. Serial numbers, host
 * name, user name and addresses are never read. The time zone is the system's setting, not a location.
 */
export function createMachineSensor(): MachineSensor {
  return {
    device: async (): Promise<Machine> => ({
      platform: knownPlatform(process.platform),
      arch: knownArch(arch()),
      osVersion: cleanText(await osVersion()) ?? 'unknown',
      model: cleanText(await model()),
      memoryGiB: Math.max(1, Math.round(totalmem() / 2 ** 30)),
    }),
    timezone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

async function osVersion(): Promise<string> {
  if (process.platform === 'darwin') return `macOS ${(await output('sw_vers', ['-productVersion'])) ?? release()}`;
  if (process.platform === 'win32') return `Windows ${release()}`;
  return prettyName(await readText('/etc/os-release')) ?? `Linux ${release()}`;
}

/** `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"` of os-release(5). */
export function prettyName(osRelease: string | null): string | null {
  return /^PRETTY_NAME=(["']?)(.*)\1$/m.exec(osRelease ?? '')?.[2] ?? null;
}

async function model(): Promise<string | null> {
  if (process.platform === 'darwin') return output('sysctl', ['-n', 'hw.model']);
  if (process.platform === 'win32') {
    const key = 'HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS';
    return registryValue((await output('reg', ['query', key, '/v', 'SystemProductName'])) ?? '');
  }
  const [vendor, product] = await Promise.all(['sys_vendor', 'product_name'].map((name) => readText(`${dmi}/${name}`)));
  return modelName(vendor ?? null, product ?? null) ?? readText('/proc/device-tree/model');
}

const dmi = '/sys/class/dmi/id';

/** Vendor and product in one line; null where the maker has left the form empty. */
export function modelName(vendor: string | null, product: string | null): string | null {
  const name = cleanText(product);
  if (name === null || blank.test(name)) return null;
  const maker = cleanText(vendor);
  return maker === null || blank.test(maker) || name.startsWith(maker) ? name : `${maker} ${name}`;
}

const blank =
  /^(to be filled by o\.?e\.?m\.?|system (product name|manufacturer|version)|default string|not (specified|applicable)|none|unknown|o\.?e\.?m\.?|x{3,}|0+)$/i;

function registryValue(reply: string): string | null {
  return modelName(null, /REG_SZ\s+(.+)$/m.exec(reply)?.[1] ?? null);
}

function cleanText(text: string | null): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what this removes
  const clean = (text ?? '')
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 128);
  return clean === '' ? null : clean;
}

function knownPlatform(platform: NodeJS.Platform): Machine['platform'] {
  if (platform === 'linux' || platform === 'darwin' || platform === 'win32') return platform;
  throw new Error(`Daylight does not run on ${platform}: Linux, macOS and Windows only`);
}

function knownArch(name: string): Machine['arch'] {
  return name === 'x64' || name === 'arm64' ? name : 'other';
}

async function readText(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

async function output(command: string, args: readonly string[]): Promise<string | null> {
  return run(command, [...args], { timeout: 5_000 }).then(
    ({ stdout }) => stdout,
    () => null,
  );
}
