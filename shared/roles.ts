import { z } from 'zod';

/**
 * owner: the account, people, policy, and the activity of everyone; only an owner makes owners and managers and gives
 * managers their teams · admin: people without sight of activity, devices and policy, no activity ·
 * manager: activity of their own teams, policy · privacy_officer: records about processing, no activity ·
 * employee: their own data. Everyone also is the subject of their own data.
 */
export const Role = z.enum(['owner', 'admin', 'manager', 'privacy_officer', 'employee']);
export type Role = z.infer<typeof Role>;

/**
 * As what somebody looked. operator: somebody with an account on the host, who was let in · host_link: somebody who signed in with a link
 * made on the host to an account that had a password, so that it may be another than the person themself.
 */
export const LookRole = z.enum([...Role.options, 'operator', 'host_link']);
export type LookRole = z.infer<typeof LookRole>;

/** Roles that can ever read the activity of others; naming another one as a viewer would promise what is never kept. */
export const ViewerRole = Role.extract(['owner', 'manager']);
export type ViewerRole = z.infer<typeof ViewerRole>;
