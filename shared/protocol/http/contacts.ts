import { z } from 'zod';
import { line, turnsNothing } from '../../text.ts';
import { UnixMs } from '../../time.ts';
import { empty, route } from './route.ts';

const said = (min: number, max: number) =>
  line(min, max).refine(turnsNothing, 'expected words without characters that turn the direction of text');

const WebAddress = z
  .string()
  .trim()
  .max(300)
  .refine(
    (address) => address === '' || isWeb(address),
    'expected an address like https://authority.example, or nothing',
  );

function isWeb(address: string): boolean {
  const [scheme, rest = ''] = address.split('://', 2);
  return (
    (scheme === 'https' || scheme === 'http') && /^[^\s<>"\\^`{|}]+\.[^\s<>"\\^`{|}]+$/.test(rest) && turnsNothing(rest)
  );
}

/** Whom people can turn to. Null: the organisation has named nobody yet. */
export const Contacts = z.strictObject({
  /** The supervisory authority that the organisation answers to. Address and web may be left empty. */
  authority: z.strictObject({ name: said(2, 200), address: said(0, 300), web: WebAddress }).nullable(),
  /** Who answers questions about personal data in the organisation. */
  privacy: z.strictObject({ name: said(2, 120), email: z.email().max(254) }).nullable(),
});
export type Contacts = z.infer<typeof Contacts>;

export const NO_CONTACTS: Contacts = { authority: null, privacy: null };

export const ContactsView = Contacts.extend({
  /** 0 as long as nobody has set them. */
  revision: z.int().min(0),
  changedAt: UnixMs.nullable(),
  /** The sentence that people read. */
  appeal: z.string(),
});
export type ContactsView = z.infer<typeof ContactsView>;

export const contactsRoutes = {
  contacts: route({
    method: 'GET',
    path: '/contacts',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Whom people can turn to: the supervisory authority, and who answers for privacy. Everyone in the organisation may read it.',
    body: null,
    response: ContactsView,
  }),
  changeContacts: route({
    method: 'PUT',
    path: '/contacts',
    auth: 'session',
    params: empty,
    query: empty,
    summary:
      'Sets whom people can turn to (owner, privacy officer). 409 when somebody else has changed it since `baseRevision`.',
    body: Contacts.extend({ baseRevision: z.int().min(0) }),
    response: ContactsView,
  }),
};
