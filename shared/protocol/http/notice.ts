import { z } from 'zod';
import { ParameterId, Purpose } from '../../catalog.ts';
import { LawfulBasis } from '../../policy/policy.ts';
import { Role } from '../../roles.ts';
import { Digest } from '../../signed.ts';
import { UnixMs } from '../../time.ts';
import { versionInPath } from './policy.ts';
import { empty, route } from './route.ts';

export const NoticeView = z.strictObject({
  version: z.int(),
  policyHash: Digest,
  publishedAt: UnixMs,
  collected: z.array(
    z.strictObject({
      parameter: ParameterId,
      label: z.string(),
      level: z.string(),
      text: z.string(),
      purpose: Purpose,
      basis: LawfulBasis,
      retentionDays: z.int(),
      viewers: z.array(Role),
    }),
  ),
  notCollected: z.array(z.strictObject({ parameter: ParameterId, label: z.string() })),
  never: z.string(),
});
export type NoticeView = z.infer<typeof NoticeView>;

export const noticeRoutes = {
  notice: route({
    method: 'GET',
    path: '/notice',
    auth: 'session',
    params: empty,
    query: empty,
    summary: 'The notice that people get, generated from the policy in force.',
    body: null,
    response: NoticeView,
  }),
  noticeVersion: route({
    method: 'GET',
    path: '/notice/versions/:version',
    auth: 'session',
    params: z.strictObject({ version: versionInPath }),
    query: empty,
    summary: 'The notice of one published version. Everyone in the organisation may read it.',
    body: null,
    response: NoticeView,
  }),
};
