import { z } from 'zod';
import { PersonId } from '../../ids.ts';

export interface RouteShape {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Express style, under `API_PREFIX`. */
  readonly path: string;
  readonly summary: string;
  /** `public`: no session · `partial`: a session that may still have to set a password or second factor · `session`: a whole one. */
  readonly auth: 'public' | 'partial' | 'session';
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Null: the request has no body. A media type: bytes, as they are. */
  readonly body: z.ZodType | 'application/octet-stream' | null;
  /** A schema of the JSON answer, or the media type of an answer that is not JSON. */
  readonly response: z.ZodType | 'image/webp' | 'application/zip' | 'text/html' | 'text/csv' | 'text/event-stream';
  readonly status?: 201;
}

export const route = <const R extends RouteShape>(shape: R): R => shape;

export const empty = z.strictObject({});
export const ok = z.strictObject({ ok: z.literal(true) });
export const personPath = z.strictObject({ person: PersonId });
