import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { RouteShape } from '../../shared/protocol/http/route.ts';
import type { RouteName, Routes } from '../../shared/protocol/http.ts';
import type { Client } from './client.ts';
import type { EventStream } from './eventStream.ts';
import type { Granted } from './rights.ts';
import type { Begun, SignedIn } from './sessions.ts';

/** One request of one route, after its schemas, its session and its header have been checked. */
export interface Call<R extends RouteShape> {
  readonly params: z.output<R['params']>;
  readonly query: z.output<R['query']>;
  readonly body: R['body'] extends z.ZodType ? z.output<R['body']> : R['body'] extends string ? Uint8Array : null;
  readonly signedIn: R['auth'] extends 'public' ? null : SignedIn;
  readonly client: Client;
  /** What attempts from this address are counted by; never stored, never logged. */
  readonly limitKey: string;
  /** What an agent says that it knows (`KNOWS_HEADER`). */
  readonly knows: ReadonlySet<string>;
  readonly cookie: {
    set(begun: Begun): void;
    clear(): void;
  };
}

/** What a handler answers with: the route's JSON, an image's bytes, or what to do with the open event stream. */
export type Answer<R extends RouteShape> = R['response'] extends z.ZodType
  ? z.input<R['response']>
  : R['response'] extends 'image/webp'
    ? Uint8Array
    : R['response'] extends 'application/zip'
      ? Download
      : R['response'] extends 'text/html' | 'text/csv'
        ? TextFile
        : (stream: EventStream) => Promise<void>;

/** A file that is made while it is sent. */
export interface Download {
  /** What the browser calls it: letters, digits, dots and hyphens. */
  readonly name: string;
  /** Destroyed when the client goes away or the server closes. */
  readonly body: Readable;
}

/** A file that is whole already, for the reader's own disk. */
export interface TextFile {
  /** As of a `Download`. */
  readonly name: string;
  readonly text: string;
}

/** A handler is called when the right of its route has been granted, and asks only for what depends on more than its path. */
export type Handler<N extends RouteName> = (call: Call<Routes[N]> & Granted<N>) => Promise<Answer<Routes[N]>>;

/** One handler for every route of the contract: a route without one does not compile. */
export type Handlers = { readonly [N in RouteName]: Handler<N> };

/** The handlers of some routes, as one file of `handlers/` provides them. */
export type HandlersOf<N extends RouteName> = Pick<Handlers, N>;
