import type { z } from 'zod';
import { DaylightError, describeIssue } from '../../shared/errors.ts';

/** One part of a request by its schema. Throws DaylightError `bad_request` naming the first field that is wrong. */
export function parsePart(part: 'path' | 'query' | 'body', schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { message, field } = describeIssue(result.error, part);
  throw new DaylightError('bad_request', message, { field: field === '' ? part : field });
}
