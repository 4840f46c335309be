import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DaylightError } from '../shared/errors.ts';
import { AGENT_PATH } from '../shared/protocol/messages.ts';
import { HOUR } from '../shared/time.ts';
import { createAccounts } from './api/accounts.ts';
import type { RequestLog } from './api/adapter.ts';
import { createApp } from './api/app.ts';
import { certificatePath } from './api/certificatePage.ts';
import { asDaylightError } from './api/failures.ts';
import { startSessionSweep } from './api/sessionSweep.ts';
import { startAlarms } from './audit/alarms.ts';
import { raiseBroken } from './audit/broken.ts';
import { startDailyCheckpoints } from './audit/dailyCheckpoints.ts';
import { clientAddress, createLimitKeys } from './clientAddress.ts';
import { type Clock, systemClock } from './clock.ts';
import { startCompaction } from './compaction/compaction.ts';
import { optionOf, parseServerConfig, type ServerConfig } from './config.ts';
import { startScheduled } from './control/scheduled.ts';
import { followAllTeams } from './control/teamLeavings.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import type { AgentEvent, AgentSocketDeps } from './ingest/ingest.ts';
import { createAgentSocket } from './ingest/socket.ts';
import { noteAddress } from './lastAddress.ts';
import { noteBackupAlarm } from './lifecycle/backup/alarm.ts';
import { startBackups } from './lifecycle/backup/backups.ts';
import { openFolderTarget } from './lifecycle/backup/folderTarget.ts';
import { backupPartsOf } from './lifecycle/backup/partsOf.ts';
import { finishCancellations, type Told } from './lifecycle/cancellation.ts';
import { createCertificates, makeCertificateFolder } from './lifecycle/certificate.ts';
import { type BrakeState, openClockBrake } from './lifecycle/clockBrake.ts';
import { startEndings } from './lifecycle/endings.ts';
import { startErasures } from './lifecycle/erasure.ts';
import { startHeldBack } from './lifecycle/heldBack.ts';
import { createImports } from './lifecycle/imports.ts';
import { startKeyRolls } from './lifecycle/keyRolls.ts';
import { startLeavingDates } from './lifecycle/leavingDates.ts';
import { eraseMinors } from './lifecycle/minors.ts';
import { startRecovery } from './lifecycle/recovery/recoveryJob.ts';
import { requireConfirmed } from './lifecycle/restore/swap.ts';
import { startRetention } from './lifecycle/retention.ts';
import { createSpecialSearches } from './lifecycle/specialSearches.ts';
import { piecesOf } from './lifecycle/sweeps.ts';
import { createLog, failureFields, type Log, type LogFields } from './log.ts';
import { type Random, systemRandom } from './random.ts';
import { requireResidency } from './records/residency.ts';
import { startSelfChecks } from './records/selfCheckJob.ts';
import { holdErrors, refuseUpgrade } from './refuseUpgrade.ts';
import { resumeRestore } from './restoreOnHost.ts';
import type { Migration } from './store/sqlite/format.ts';
import { holdAlone } from './store/sqlite/solo.ts';
import { StoreError } from './store/store.ts';

/** A server that is listening. */
export interface Server {
  /** Where people open the console, without a slash at the end. */
  readonly url: string;
  /** Others may reach it by a name that it was not told, and could not sign in there. */
  readonly mayHaveOtherNames: boolean;
  readonly port: number;
  readonly folder: string;
  readonly organisations: number;
  /** Ends streams and sockets, waits for what is being stored, and closes everything. */
  close(): Promise<void>;
}

export interface Surroundings {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly agentTiming?: NonNullable<AgentSocketDeps['timing']>;
}

/** How long requests that are being answered may take once the server closes. */
const CLOSE_GRACE_MS = 3_000;
/** The health of a server is looked at this often at the most, however often it is asked. */
const HEALTH_MS = 1_000;

/**
 * Opens keys, store and sockets and listens. Throws DaylightError for a bad configuration and a folder that another server
 * holds, VaultError for a wrong, missing or readable root key, StoreError for a store that cannot be opened.
 */
export async function openServer(input: unknown, surroundings: Surroundings = {}): Promise<Server> {
  const config = parseServerConfig(input);
  const { clock = systemClock, random = systemRandom, log = createLog(config.logLevel) } = surroundings;
  const tls = await readTls(config);
  const migrated = ({ file, from, to }: Migration): void =>
    log.info('migrated', { file: file === 'keys.db' ? file : 'daylight.db', from, to });
  const tell = (told: Told): void => {
    if (told.kind === 'state') log.info('cancelling', { organisation: told.org, state: told.state });
  };
  const restored = await resumeRestore(config.data);
  if (restored !== null) log.info('restored', { backup: restored.backup });
  for (const organisation of await finishCancellations({
    data: config.data,
    rootKey: config.rootKey,
    clock,
    random,
    migrated,
    tell,
  }))
    log.info('cancelled', { organisation });
  const foundation = await openFoundation({
    data: config.data,
    rootKey: config.rootKey,
    clock,
    random,
    create: false,
    migrated,
  });
  const opened: (() => Promise<void>)[] = [() => foundation.close()];
  const close = once(async () => {
    for (const end of opened.toReversed()) await end();
  });
  try {
    const lock = await holdFolder(foundation.folder);
    opened.push(() => lock.close());
    const served = (await foundation.organisations.all()).map(({ org }) => org);
    if (foundation.takenIntoAudit > 0) log.info('taken_into_audit', { count: foundation.takenIntoAudit });
    for (const broken of await raiseBroken({ ...foundation, clock }, served)) log.error('audit_broken', broken);
    for (const org of served) await foundation.auditLog.restored(org);
    const region = config.region ?? null;
    for (const organisation of await requireResidency({ ...foundation, clock }, served, region))
      log.info('residency', { organisation, ...(region === null ? {} : { region }) });
    await followAllTeams(foundation, (cause) => log.error('team_not_followed', { failure: failureFields(cause) }));
    const organisations = served.length;
    const limitKeyOf = createLimitKeys(random);
    const brake = await openClockBrake({
      ...foundation,
      clock,
      changed: (state) => log[state === 'free' ? 'info' : 'error']('clock', clockFields(state)),
      failed: (cause) => log.error('clock', { failure: failureFields(cause) }),
    });
    opened.push(() => brake.close());
    await makeCertificateFolder(foundation.folder);
    const certificates = createCertificates({ ...foundation, clock });
    await foundation.vault.certificateKey();
    const endings = await startEndings({
      ...foundation,
      clock,
      random,
      certify: (ending) => certificates.certify(ending),
      brake,
      requireNoneKept: () => requireConfirmed(foundation.folder),
      recorded: async () => (await foundation.recovery.write()).kind !== 'failed',
      failed: (cause) => log.error('ending', { failure: failureFields(cause) }),
      reached: ({ ending }, state) => {
        foundation.recovery.changed();
        log.info('ending', { order: ending, state });
      },
    });
    opened.push(() => endings.close());
    const accounts = createAccounts({ ...foundation, clock, random });
    const leavingDates = startLeavingDates({
      ...{ ...foundation, endings, brake, clock },
      alone: (org, task) => accounts.alone(org, task),
      held: ({ org: organisation, person }) => log.error('leaving_date', { organisation, person }),
      failed: (cause) => log.error('leaving_date', { failure: failureFields(cause) }),
    });
    opened.push(() => leavingDates.close());
    const agents = createAgentSocket({
      ...foundation,
      endings,
      certificateAt: async (ending) => certificatePath(ending, await certificates.token(ending)),
      clock,
      random,
      addressOf: (request) => limitKeyOf(clientAddress(request, config.behindProxy)),
      log: (event) => log[levelOf(event)](`agent_${event.kind}` as const, fieldsOf(event)),
      ...(surroundings.agentTiming === undefined ? {} : { timing: surroundings.agentTiming }),
    });
    opened.push(() => agents.close());
    const erasureFailed = (cause: unknown): void => log.error('erasure', { failure: failureFields(cause) });
    const erasures = startErasures({
      ...foundation,
      clock,
      recorded: async () => (await foundation.recovery.write()).kind !== 'failed',
      orderDue: () => eraseMinors({ ...foundation, clock, random, failed: erasureFailed }),
      failed: erasureFailed,
      reached: ({ order }, state) => log.info('erasing', { order, state }),
    });
    opened.push(() => erasures.close());
    const heldBack = startHeldBack({ ...foundation, brake, clock, random, failed: erasureFailed }, erasures);
    opened.push(() => heldBack.close());
    const specialSearches = createSpecialSearches({
      ...{ ...foundation, erasures, clock, random },
      failed: (cause) => log.error('special_search', { failure: failureFields(cause) }),
    });
    opened.push(() => specialSearches.close());
    await specialSearches.resume();
    const failed = (cause: unknown): void => log.error('compaction', { failure: failureFields(cause) });
    const compaction = startCompaction({ ...foundation, clock, random, failed });
    opened.push(() => compaction.close());
    const selfChecks = startSelfChecks({
      ...foundation,
      clock,
      found: (organisation, count) => log.info('self_check', { organisation, count }),
      failed: (cause) => log.error('self_check', { failure: failureFields(cause) }),
    });
    opened.push(() => selfChecks.close());
    const sessionSweep = startSessionSweep({
      ...{ store: foundation.store, clock },
      failed: (cause) => log.error('session_sweep', { failure: failureFields(cause) }),
    });
    opened.push(() => sessionSweep.close());
    const alarms = startAlarms({
      ...{ ...foundation, clock },
      raised: (organisation, { kind: alarm, by, count }) =>
        log.error('alarm', { organisation, alarm, count, ...(by === null ? {} : { person: by }) }),
      failed: (cause) => log.error('alarms', { failure: failureFields(cause) }),
    });
    opened.push(() => alarms.close());
    const checkpoints = startDailyCheckpoints({
      ...{ ...foundation, brake },
      failed: (cause) => log.error('checkpoint', { failure: failureFields(cause) }),
    });
    opened.push(() => checkpoints.close());
    const imports = createImports({ ...foundation, clock, random });
    opened.push(() => imports.close());
    const retention = startRetention({
      ...{ ...foundation, imports, brake, clock },
      swept: (organisation, sweep) => log.info('retention', { organisation, count: piecesOf(sweep) }),
      failed: (cause) => log.error('retention', { failure: failureFields(cause) }),
    });
    opened.push(() => retention.close());
    const scheduled = startScheduled({
      ...foundation,
      published: (organisation, { document }) => log.info('published', { organisation, version: document.version }),
      failed: (cause) => log.error('scheduled_publication', { failure: failureFields(cause) }),
    });
    opened.push(() => scheduled.close());
    const keyRolls = startKeyRolls({
      ...foundation,
      clock,
      rolled: ({ dataKeys }) => log.info('keys_rolled', { count: dataKeys }),
      failed: (cause) => log.error('keys_rolled', { failure: failureFields(cause) }),
    });
    opened.push(() => keyRolls.close());
    const backupFailed = (cause: unknown): void => log.error('backup', { failure: failureFields(cause) });
    const backups = startBackups({
      ...backupPartsOf(foundation, { clock, random }),
      recovery: foundation.recovery,
      target: config.backups === undefined ? null : await openFolderTarget(config.backups, foundation.folder),
      settings: { everyMs: config.backupEvery * HOUR, keepDays: config.backupKeep },
      held: async () => (brake.check() === 'free' ? null : 'the clock is in doubt'),
      made: ({ backup }) => log.info('backup_made', { backup }),
      ended: (all) => {
        for (const { backup } of all) log.info('backup_ended', { backup });
      },
      alarmed: (problem) => {
        log.error('backup_alarm', { problem: problem.kind, count: problem.count });
        void noteBackupAlarm(foundation.store, problem, clock.now()).catch(backupFailed);
      },
      failed: backupFailed,
    });
    opened.push(() => backups.close());
    const recovering = startRecovery({
      ...foundation,
      wrote: (what) => {
        if (what.kind === 'failed') log.error('recovery_set', { failure: failureFields(what.cause) });
        else log.debug('recovery_set');
      },
    });
    opened.push(() => recovering.close());
    const closing = new AbortController();
    const address: { origin: string; origins: ReadonlySet<string> } = { origin: '', origins: new Set() };
    const app = createApp({
      ...foundation,
      erasures,
      imports,
      brake,
      sweeping: retention.state,
      specialSearches,
      accounts,
      endings,
      leavingDates,
      certificates,
      backups,
      clock,
      random,
      publicUrl: () => address.origin,
      origins: () => address.origins,
      secure: tls !== null || config.behindProxy,
      behindProxy: config.behindProxy,
      consoleFolder: consoleFolder(),
      healthy: throttled(() => isHealthy(foundation), HEALTH_MS, clock),
      closing: closing.signal,
      log: (request) => logRequest(log, request),
    });
    const http = tls === null ? createServer(limits, app as RequestListener) : tlsServer({ ...limits, ...tls }, app);
    http.on('upgrade', (request, socket, head) => {
      holdErrors(socket);
      if (pathOf(request.url) === AGENT_PATH) agents.handleUpgrade(request, socket, head);
      else refuseUpgrade(socket, 404, `a WebSocket is at ${AGENT_PATH} only`);
    });
    const { port } = await listen(http, config);
    opened.push(async () => {
      closing.abort();
      // Together: the HTTP server is closed only when the sockets of the agents are, which are its connections too.
      await Promise.all([closeHttp(http), agents.close()]);
    });
    const scheme = tls === null ? 'http' : 'https';
    address.origin = config.publicUrl ?? `${scheme}://${nameOf(config.host)}:${port}`;
    address.origins = originsOf(config, scheme, port, address.origin);
    // For the convenience of commands beside it; the server is there without.
    await noteAddress(foundation.folder, address.origin).catch((cause: unknown) =>
      log.error('address_not_noted', { failure: failureFields(cause) }),
    );
    const { folder } = foundation;
    return { url: address.origin, mayHaveOtherNames: mayHaveOtherNames(config), port, folder, organisations, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** A client that sends its request a byte at a time is not waited for. */
const limits = { headersTimeout: 15_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

async function holdFolder(folder: string): Promise<{ close(): Promise<void> }> {
  try {
    return await holdAlone(join(folder, 'server.lock'));
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.code !== 'busy') throw cause;
    throw new DaylightError('conflict', `${folder}: another server has this data folder open`, {
      remedy: 'Stop it first, or give this one another folder with --data.',
      cause,
    });
  }
}

interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

async function readTls({ tlsCert, tlsKey }: ServerConfig): Promise<TlsPair | null> {
  if (tlsCert === undefined || tlsKey === undefined) return null;
  const [cert, key] = [await readPem('tlsCert', tlsCert), await readPem('tlsKey', tlsKey)];
  return { cert, key };
}

async function readPem(field: 'tlsCert' | 'tlsKey', path: string): Promise<Buffer> {
  try {
    return await readFile(resolve(path));
  } catch (cause) {
    const remedy = 'Give the path of a PEM file that the account of the server can read.';
    throw new DaylightError('bad_request', `${optionOf(field)}: ${path} cannot be read`, { field, remedy, cause });
  }
}

/** OpenSSL reads the files only now, and takes a pair of two kinds. Its own words name neither the file nor what to do. */
function tlsServer(options: ServerOptions & TlsPair, app: RequestListener): HttpServer {
  try {
    if (!new X509Certificate(options.cert).checkPrivateKey(createPrivateKey(options.key))) throw new Error('no pair');
    return createTlsServer(options, app);
  } catch (cause) {
    throw new DaylightError('bad_request', '--tls-cert, --tls-key: not a certificate and its private key', {
      field: 'tlsCert',
      remedy: 'Give two PEM files that belong together: the certificate chain and its unencrypted private key.',
      cause,
    });
  }
}

async function listen(http: HttpServer, { host, port }: ServerConfig): Promise<AddressInfo> {
  await new Promise<void>((listening, failed) => {
    const refused = (cause: NodeJS.ErrnoException): void => {
      const why =
        cause.code === 'EADDRINUSE' ? 'another program listens there' : `it cannot be listened on (${cause.code})`;
      const remedy = 'Give another one with --port or --host.';
      failed(new DaylightError('conflict', `port ${port} on ${host}: ${why}`, { field: 'port', remedy, cause }));
    };
    http.once('error', refused);
    http.listen(port, host, () => {
      http.off('error', refused);
      listening();
    });
  });
  return http.address() as AddressInfo; // a server that listens on a port has one
}

async function closeHttp(http: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeIdleConnections();
  const late = setTimeout(() => http.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(late);
}

/** Browsers refuse passkeys on 127.0.0.1, and people read a name more easily. */
function nameOf(host: string): string {
  if (host === '127.0.0.1' || host === '::1' || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function mayHaveOtherNames({ publicUrl, behindProxy, host }: ServerConfig): boolean {
  return publicUrl === undefined && (behindProxy || host === '0.0.0.0' || host === '::');
}

function originsOf(config: ServerConfig, scheme: string, port: number, origin: string): ReadonlySet<string> {
  if (config.publicUrl !== undefined) return new Set([origin]);
  const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => new URL(`${scheme}://${name}:${port}`).origin);
  return new Set([origin, new URL(origin).origin, ...names]);
}

function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}

/** Beside the built server, or in dist/ when the server runs from its source. */
function consoleFolder(): string | null {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const places = [join(here, '..', 'console'), join(here, '..', 'dist', 'console')];
  return places.find((place) => existsSync(join(place, 'index.html'))) ?? null;
}

/** Store, key store and disk all answer. */
async function isHealthy({ store, keyStore, folder }: Foundation): Promise<boolean> {
  const probe = join(folder, `health-${randomUUID()}.tmp`);
  try {
    await Promise.all([store.organisations(), keyStore.orgKeys(), writeFile(probe, 'x', { mode: 0o600 })]);
    return true;
  } catch {
    return false;
  } finally {
    await unlink(probe).catch(() => undefined);
  }
}

function throttled(look: () => Promise<boolean>, everyMs: number, clock: Clock): () => Promise<boolean> {
  let last: { readonly at: number; readonly answer: Promise<boolean> } | null = null;
  return () => {
    if (last === null || clock.mono() - last.at >= everyMs) last = { at: clock.mono(), answer: look() };
    return last.answer;
  };
}

function logRequest(log: Log, { route, status, ms, failure }: RequestLog): void {
  if (failure === null) {
    log.debug('request', { route, status, ms });
    return;
  }
  const fields = { route, status, ms, code: asDaylightError(failure).code };
  if (status < 500) {
    log.debug('request', fields);
    return;
  }
  log.error('request', { ...fields, failure: failureFields(failure) });
}

/** A batch that could not be stored, or a clock that was set, is news for whoever runs the server; the rest is what agents do all day. */
function levelOf({ kind }: AgentEvent): 'error' | 'debug' {
  return kind === 'failed' || kind === 'clock_set' ? 'error' : 'debug';
}

function fieldsOf(event: AgentEvent): LogFields {
  switch (event.kind) {
    case 'connected':
      return { device: event.device };
    case 'closed':
      return { reason: event.reason, ...(event.device === null ? {} : { device: event.device }) };
    case 'refused':
      return { reason: event.reason };
    case 'clock_set':
      return { ms: event.byMs };
    case 'failed':
      return { failure: failureFields(event.cause), ...(event.device === null ? {} : { device: event.device }) };
  }
}

/** From what it should say to what it says, in milliseconds since 1970. */
function clockFields(state: BrakeState): LogFields {
  if (state === 'free') return { state: 'clock_right' };
  const { way, expected, now } = state.pulled;
  return { state: way === 'ahead' ? 'clock_ahead' : 'clock_behind', from: expected, to: now };
}

function once(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= task());
}
