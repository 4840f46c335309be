import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { DaylightError, describeIssue } from '../shared/errors.ts';
import { Region } from '../shared/protocol/http/region.ts';

export const DEFAULT_PORT = 4820;
/** No backup is kept for longer, whatever anybody sets. */
export const MOST_DAYS = 90;
const EXPECTED_URL = 'expected an address such as https://daylight.example.com, without a path';

const Port = wholeNumber(0, 65_535);

/** Everything that the server is told from outside, read once. */
export const ServerConfig = z
  .strictObject({
    /** Folder of keys, database and images. Readable by the account of the server alone. */
    data: z
      .string()
      .min(1)
      .max(4_096)
      .refine((path) => !path.includes('\0'), 'expected a path without a zero byte'),
    host: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[\w.:%-]+$/, 'expected an address or a name of this computer')
      .default('127.0.0.1'),
    /** 0 lets the system choose. */
    port: Port.default(DEFAULT_PORT),
    /** PEM files, both or neither. */
    tlsCert: z.string().min(1).optional(),
    tlsKey: z.string().min(1).optional(),
    /** A proxy in front ends TLS and sets X-Forwarded-For. Needed for any host but loopback without a certificate. */
    behindProxy: z.boolean().default(false),
    /** Where people open the console, when that is not this host and port. */
    publicUrl: z
      .url({ protocol: /^https?$/, error: EXPECTED_URL, abort: true })
      .refine((url) => new URL(url).href === `${new URL(url).origin}/`, EXPECTED_URL)
      .transform((url) => new URL(url).origin)
      .optional(),
    /** Where this server is. From its first start with one, its data is served nowhere else. */
    region: Region.optional(),
    /** Where backups are kept: a folder, on another disk than the data. Without one, none are made. */
    backups: z
      .string()
      .min(1)
      .max(4_096)
      .refine((path) => !path.includes('\0'), 'expected a path without a zero byte')
      .optional(),
    /** Hours from one backup to the next. */
    backupEvery: wholeNumber(1, 24 * 31).default(24),
    /** Days that a backup is kept; then its key is destroyed and its files go, also of the last one. */
    backupKeep: wholeNumber(1, MOST_DAYS).default(30),
    /** Where the root key is: `file:PATH`, `passphrase:FILE` or `env:NAME`; without it, as the data folder says. */
    rootKey: z.string().min(1).max(4_200).optional(),
    logLevel: z.enum(['debug', 'info', 'error', 'silent']).default('info'),
  })
  .readonly();
export type ServerConfig = z.infer<typeof ServerConfig>;

/** Digits alone: `Number` would take an empty word for 0, and other notations. */
function wholeNumber(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  const digits = z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number);
  return z.union([z.int(), digits], { error }).pipe(z.int(error).min(least, error).max(most, error));
}

/** Throws DaylightError: `bad_request` names the field; `forbidden` is a setting that would not be safe. */
export function parseServerConfig(input: unknown): ServerConfig {
  const parsed = ServerConfig.safeParse(input);
  if (!parsed.success) throw badSetting(parsed.error);
  const config = parsed.data;
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    const field = config.tlsCert === undefined ? 'tlsCert' : 'tlsKey';
    throw new DaylightError('bad_request', `${optionOf(field)}: a certificate and its key belong together`, {
      field,
      remedy: 'Give both --tls-cert and --tls-key, or neither.',
    });
  }
  if (!isLoopback(config.host) && config.tlsCert === undefined && !config.behindProxy) {
    throw new DaylightError(
      'forbidden',
      `without TLS the server listens on this computer only, not on ${config.host}`,
      {
        field: 'host',
        remedy:
          'Give --tls-cert and --tls-key, or put a proxy that ends TLS in front and say --behind-proxy, or use --host 127.0.0.1.',
      },
    );
  }
  if (config.publicUrl?.startsWith('http:') === true && !isLoopback(new URL(config.publicUrl).hostname)) {
    throw new DaylightError('forbidden', `--public-url: people would sign in over ${config.publicUrl} without TLS`, {
      field: 'publicUrl',
      remedy: 'Give an address that begins with https://; only this computer may be reached without.',
    });
  }
  return Object.freeze(config);
}

/** What is wrong with a value that was given as an option of the command line, or in the environment in its place. */
export function badSetting(error: z.ZodError): DaylightError {
  const { problem, field } = describeIssue(error);
  const remedy = `It is set by ${optionOf(field)} or ${variableOf(field)}.`;
  return new DaylightError('bad_request', `${optionOf(field)}: ${problem}`, { field, remedy });
}

/** `tlsCert` is given as `--tls-cert`. */
export function optionOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `tlsCert` is set as `DAYLIGHT_TLS_CERT`. */
export function variableOf(field: string): string {
  if (field === 'email') return 'DAYLIGHT_OWNER_EMAIL';
  return `DAYLIGHT_${optionOf(field).slice(2).replaceAll('-', '_').toUpperCase()}`;
}

export function isLoopback(host: string): boolean {
  if (['localhost', '::1', '[::1]'].includes(host)) return true;
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) && /^::ffff:127\./i.test(host);
}
