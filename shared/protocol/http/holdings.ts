import { z } from 'zod';

/** What is kept of a person, as people call it; counted, never shown. */
export const HeldKind = z.enum([
  'account',
  'sign_ins',
  'devices',
  'receipts',
  'acknowledgements',
  'decisions',
  'requests',
  'erasures',
  'segments',
  'images',
  'imports',
  'not_kept',
  'looks',
  'security_events',
]);
export type HeldKind = z.infer<typeof HeldKind>;
