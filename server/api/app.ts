import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { DaylightError } from '../../shared/errors.ts';
import { API_PREFIX, sessionCookie } from '../../shared/protocol/http.ts';
import { createLimitKeys } from '../clientAddress.ts';
import { createCorrections } from '../lifecycle/corrections.ts';
import { createRegisters } from '../records/registers.ts';
import type { AccountDeps } from './accounts.ts';
import { type AdapterDeps, mountRoutes, type RequestLog } from './adapter.ts';
import { createReadBody } from './body.ts';
import { mountCertificates } from './certificatePage.ts';
import { mountConsole } from './console.ts';
import type { Context } from './context.ts';
import { createCountings } from './countings.ts';
import { sendFailure } from './failures.ts';
import type { Handlers } from './handler.ts';
import { account } from './handlers/account.ts';
import { ages } from './handlers/ages.ts';
import { alarms } from './handlers/alarms.ts';
import { assessments } from './handlers/assessments.ts';
import { audit } from './handlers/audit.ts';
import { backups } from './handlers/backups.ts';
import { carryingOut } from './handlers/carryingOut.ts';
import { consents } from './handlers/consents.ts';
import { contacts } from './handlers/contacts.ts';
import { corrections } from './handlers/corrections.ts';
import { data } from './handlers/data.ts';
import { devices } from './handlers/devices.ts';
import { disclosures } from './handlers/disclosures.ts';
import { endings } from './handlers/endings.ts';
import { enrolment } from './handlers/enrolment.ts';
import { erasures } from './handlers/erasures.ts';
import { holds } from './handlers/holds.ts';
import { imports } from './handlers/imports.ts';
import { incidents } from './handlers/incidents.ts';
import { layers } from './handlers/layers.ts';
import { leavingDates } from './handlers/leavingDates.ts';
import { objections } from './handlers/objections.ts';
import { organisationExport } from './handlers/organisationExport.ts';
import { ownData } from './handlers/ownData.ts';
import { people } from './handlers/people.ts';
import { policy } from './handlers/policy.ts';
import { policyDraft } from './handlers/policyDraft.ts';
import { policyKeys } from './handlers/policyKeys.ts';
import { processing } from './handlers/processing.ts';
import { processors } from './handlers/processors.ts';
import { proposals } from './handlers/proposals.ts';
import { requests } from './handlers/requests.ts';
import { restrictions } from './handlers/restrictions.ts';
import { retention } from './handlers/retention.ts';
import { selfTests } from './handlers/selfTests.ts';
import { signingIn } from './handlers/signingIn.ts';
import { specialSearches } from './handlers/specialSearches.ts';
import { today } from './handlers/today.ts';
import { translations } from './handlers/translations.ts';
import { week } from './handlers/week.ts';
import { openApiDocument } from './openapi.ts';
import { createOpenStreams } from './openStreams.ts';
import { createPasswords } from './passwords.ts';
import { createRateLimits } from './rateLimits.ts';
import { requireRight, requireRightToAsk } from './rights.ts';
import { noteRefusal } from './securityEvents.ts';
import { createSessions } from './sessions.ts';
import { createSignInPlaces } from './signInPlaces.ts';

export interface ApiDeps
  extends AccountDeps,
    Pick<
      Context,
      | 'organisations'
      | 'control'
      | 'requests'
      | 'connections'
      | 'erased'
      | 'notices'
      | 'auditLog'
      | 'erasures'
      | 'imports'
      | 'folder'
      | 'specialSearches'
      | 'backups'
      | 'accounts'
      | 'endings'
      | 'leavingDates'
      | 'certificates'
      | 'brake'
      | 'sweeping'
      | 'publicUrl'
    > {
  /** Origins under which this server's own pages are open. Asked for each request: the port may be chosen late. */
  readonly origins: () => ReadonlySet<string>;
  /** TLS here or at the proxy in front: cookies are Secure, and browsers are told to stay with TLS. */
  readonly secure: boolean;
  /** One proxy in front says who the client is: see `clientAddress`. */
  readonly behindProxy: boolean;
  /** The console's built files; null when there are none. */
  readonly consoleFolder: string | null;
  readonly healthy: () => Promise<boolean>;
  readonly closing: AbortSignal;
  readonly log: (request: RequestLog) => void;
}

/** Everything that the server answers over HTTP. */
export function createApp(deps: ApiDeps): Express {
  const context = contextOf(deps);
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(headers(deps.secure));
  app.get('/healthz', async (_request, response) => {
    const healthy = await deps.healthy();
    response
      .status(healthy ? 200 : 503)
      .set('cache-control', 'no-store')
      .json({ status: healthy ? 'ok' : 'unavailable' });
  });
  app.use(API_PREFIX, noStore);
  const document = openApiDocument(sessionCookie(deps.secure));
  app.get(`${API_PREFIX}/openapi.json`, (_request, response) => {
    response.json(document);
  });
  const { sessions } = context;
  const { origins, secure, behindProxy, closing, log } = deps;
  const permit: AdapterDeps['permit'] = (name, actor, params) => requireRight(context, name, actor, params);
  const permitToAsk: AdapterDeps['permitToAsk'] = (name, actor, params) =>
    requireRightToAsk(context, name, actor, params);
  const readBody = createReadBody();
  const refused: AdapterDeps['refused'] = (whose, route, cause) => noteRefusal(context, whose, route, cause);
  const handlers = handlersOf(context);
  app.use(API_PREFIX, onlyRoutes);
  const guards = {
    origins,
    behindProxy,
    limitKeyOf: createLimitKeys(deps.random),
    permit,
    permitToAsk,
    readBody,
    refused,
  };
  mountRoutes(app, { sessions, handlers, ...guards, secureCookie: secure, closing, log });
  app.use(API_PREFIX, noSuchRoute);
  mountCertificates(app, context);
  mountConsole(app, deps.consoleFolder);
  app.use(lastResort);
  return app;
}

/** The part of it that is no matter of HTTP. */
export type ContextDeps = Omit<ApiDeps, 'origins' | 'behindProxy' | 'consoleFolder' | 'healthy' | 'log'>;

export function contextOf(deps: ContextDeps): Context {
  const { store, vault, organisations, control, requests, connections, erased, erasures } = deps;
  const { imports, folder, closing, specialSearches, backups: kept, accounts, clock, random, publicUrl } = deps;
  const sessions = createSessions({ store, vault, accounts, clock, random });
  const [passwords, rateLimits] = [createPasswords(random), createRateLimits(clock)];
  return {
    store,
    vault,
    organisations,
    control,
    requests,
    notices: deps.notices,
    auditLog: deps.auditLog,
    connections,
    erased,
    erasures,
    imports,
    folder,
    closing,
    specialSearches,
    brake: deps.brake,
    sweeping: deps.sweeping,
    backups: kept,
    endings: deps.endings,
    leavingDates: deps.leavingDates,
    certificates: deps.certificates,
    accounts,
    sessions,
    passwords,
    rateLimits,
    signInPlaces: createSignInPlaces(rateLimits, clock),
    clock,
    random,
    publicUrl,
    registers: createRegisters({ store, vault, clock }),
    corrections: createCorrections({ store, vault, erased, control, clock, random }),
    overTls: deps.secure,
  };
}

function handlersOf(context: Context): Handlers {
  const streams = createOpenStreams();
  const countings = createCountings(context.clock);
  return {
    ...signingIn(context),
    ...account(context),
    ...people(context),
    ...devices(context),
    ...selfTests(context),
    ...enrolment(context),
    ...policy(context, streams),
    ...policyDraft(context),
    ...proposals(context),
    ...contacts(context),
    ...translations(context),
    ...policyKeys(context),
    ...retention(context),
    ...objections(context),
    ...restrictions(context),
    ...corrections(context),
    ...ages(context),
    ...consents(context),
    ...layers(context),
    ...leavingDates(context),
    ...requests(context),
    ...carryingOut(context, countings),
    ...data(context),
    ...audit(context),
    ...alarms(context),
    ...ownData(context),
    ...organisationExport(context),
    ...imports(context),
    ...erasures(context, countings),
    ...specialSearches(context),
    ...today(context, streams),
    ...week(context),
    ...processing(context),
    ...assessments(context),
    ...processors(context),
    ...disclosures(context),
    ...holds(context),
    ...incidents(context),
    ...backups(context),
    ...endings(context),
  };
}

/** Nothing is loaded from, sent to or framed by anyone else. */
function headers(secure: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store');
  next();
};

/** Failures outside of a route: a body that is not JSON, an address that does not exist. */
const noSuchRoute: RequestHandler = () => {
  throw new DaylightError('not_found', 'there is no such route', { remedy: `See ${API_PREFIX}/openapi.json.` });
};

/** Express would answer HEAD with the handler of GET: a look at somebody's data that shows nothing and is recorded. */
const onlyRoutes: RequestHandler = (request, response, next) => {
  if (request.method === 'HEAD') noSuchRoute(request, response, next);
  else next();
};

const lastResort: ErrorRequestHandler = (cause: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(cause);
    return;
  }
  sendFailure(response, cause);
};
