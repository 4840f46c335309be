import type { AuditTrust } from '../../agent/core/auditTrust.ts';

/** Of a server that shows no checkpoints, and that nobody doubts. */
export const trustingAudit: AuditTrust = {
  state: () => ({ kind: 'none' }),
  fault: () => null,
  shown: async () => null,
  proved: async () => undefined,
  silent: async () => undefined,
  connected: () => undefined,
};
