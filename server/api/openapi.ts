import { z } from 'zod';
import { ErrorBody, type ErrorCode } from '../../shared/errors.ts';
import type { RouteShape } from '../../shared/protocol/http/route.ts';
import {
  API_PREFIX,
  CSRF_HEADER,
  type RouteName,
  routes,
  STREAM_ALIVE,
  STREAM_ALIVE_MS,
} from '../../shared/protocol/http.ts';
import { statusOf } from './failures.ts';

type Json = Record<string, unknown>;

/** The contract as an OpenAPI 3.1 document, generated from the same schemas that check every request and answer. */
export function openApiDocument(cookie: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes) as [RouteName, RouteShape][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route, cookie) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Daylight',
      version: '1',
      description:
        'The console’s and the agents’ REST contract. Times are milliseconds since 1970-01-01T00:00Z. Unknown fields are refused. ' +
        `Requests other than GET must carry the header \`${CSRF_HEADER}\` with any value. A session is the cookie ` +
        `\`${cookie}\`, set by POST /session, /session/link and /session/invitation.`,
    },
    servers: [{ url: API_PREFIX }],
    paths,
    components: {
      schemas: { Error: schemaOf(ErrorBody, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: cookie, description: securityDescription },
      },
    },
  };
}

const securityDescription =
  'HttpOnly, SameSite=Strict. Outside plain loopback it is Secure and called `__Host-daylight_session`, otherwise `daylight_session`; a request with two is refused. Ends after 12 hours, or 60 minutes without use. ' +
  '`x-daylight-auth: partial` on an operation: a session that still has to set a password or second factor may use it.';

function operation(name: RouteName, route: RouteShape, cookie: string): Json {
  return {
    operationId: name,
    summary: route.summary,
    'x-daylight-auth': route.auth,
    security: route.auth === 'public' ? [] : [{ session: [] }],
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...(route.method === 'GET' ? [] : [csrfParameter]),
    ],
    ...(route.body === null
      ? {}
      : {
          requestBody: { required: true, content: bodyOf(route.body) },
        }),
    responses: { [String(route.status ?? 200)]: success(name, route, cookie), ...failures(route) },
  };
}

function bodyOf(body: NonNullable<RouteShape['body']>): Json {
  if (typeof body === 'string') return { [body]: { schema: { type: 'string', format: 'binary' } } };
  return { 'application/json': { schema: schemaOf(body, 'input') } };
}

const csrfParameter = {
  name: CSRF_HEADER,
  in: 'header',
  required: true,
  description: 'Any value. A form on another site cannot send it.',
  schema: { type: 'string' },
};

function parametersOf(place: 'path' | 'query', schema: z.ZodObject): Json[] {
  const { properties, required } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (required ?? []).includes(name),
    schema: property,
  }));
}

/** Routes whose success also sets the session's cookie. */
const signingIn: ReadonlySet<RouteName> = new Set(['signIn', 'signInWithLink', 'acceptInvitation']);

function success(name: RouteName, route: RouteShape, cookie: string): Json {
  const headers = signingIn.has(name)
    ? { headers: { 'Set-Cookie': { description: `The session: ${cookie}`, schema: { type: 'string' } } } }
    : {};
  return { description: 'Done.', ...headers, content: contentOf(route) };
}

function contentOf(route: RouteShape): Json {
  if (route.response === 'image/webp') return { 'image/webp': { schema: { type: 'string', format: 'binary' } } };
  if (route.response === 'application/zip')
    return { 'application/zip': { schema: { type: 'string', format: 'binary' } } };
  if (route.response === 'text/html' || route.response === 'text/csv')
    return { [route.response]: { schema: { type: 'string' } } };
  if (route.response !== 'text/event-stream')
    return { 'application/json': { schema: schemaOf(route.response, 'output') } };
  const description = `Events named \`${eventOf(route)}\`; the data of each is the JSON that GET ${route.path.replace('/stream', '')} answers. An event \`${STREAM_ALIVE}\` every ${STREAM_ALIVE_MS / 1_000} seconds says that the line is not dead.`;
  return { 'text/event-stream': { schema: { type: 'string', description } } };
}

/** What a stream's events are named after: the last word of the path that answers the same once. */
function eventOf({ path }: RouteShape): string {
  return path.split('/').at(-2) ?? '';
}

function failures(route: RouteShape): Json {
  const codes: ErrorCode[] = ['bad_request', 'forbidden', 'rate_limited', 'unavailable', 'internal'];
  if (route.auth !== 'public') codes.push('unauthenticated', 'second_factor_required');
  if (route.path.startsWith('/session') || route.path.startsWith('/account') || route.response === 'application/zip') {
    codes.push('wrong_credentials', 'second_factor_required');
  }
  if (route.body !== null) codes.push('too_large', 'conflict', 'gone');
  if (Object.keys(route.params.shape).length > 0) codes.push('not_found', 'conflict');
  const byStatus = new Map<number, Set<ErrorCode>>();
  for (const code of codes) byStatus.set(statusOf[code], (byStatus.get(statusOf[code]) ?? new Set()).add(code));
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, named]) => [
        String(status),
        {
          description: `Refused: ${[...named].join(', ')}.`,
          ...(status === statusOf.rate_limited ? { headers: retryAfter } : {}),
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      ]),
  );
}

const retryAfter = {
  'Retry-After': {
    description: 'In how many seconds trying again can help (RFC 9110, section 10.2.3).',
    schema: { type: 'integer', minimum: 1 },
  },
};

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'throw' }) as Json;
  return rest;
}
