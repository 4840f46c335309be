import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { Contacts, type ContactsView } from '../../../shared/protocol/http/contacts.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { say } from '../strings/say.ts';

const fields = ['authorityName', 'address', 'web', 'privacyName', 'email'] as const;
type Field = (typeof fields)[number];
type Typed = Readonly<Record<Field, string>>;

/** Both are a whole or nothing: an empty name with nothing beside it names nobody. */
export function ContactsDialog({ contacts, onClose }: { contacts: ContactsView; onClose: () => void }) {
  const [typed, setTyped] = useState<Typed>(typedFrom(contacts));
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const said = Contacts.safeParse(contactsFrom(typed));
  const save = useMutation({
    mutationFn: (body: Contacts) => call('changeContacts', { body: { ...body, baseRevision: contacts.revision } }),
    onSuccess: async () => {
      onClose();
      await Promise.all([keys.contacts, keys.notice].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (said.success) save.mutate(said.data);
  };
  const wrong = new Set(said.success ? [] : said.error.issues.map(({ path }) => fieldAt(path)));
  const input = (field: Field) => (
    <TextInput
      label={say(`contacts.${field}`)}
      value={typed[field]}
      error={tried && wrong.has(field) ? say(`contacts.${field}Wrong`) : null}
      onChange={(event) => setTyped({ ...typed, [field]: event.currentTarget.value })}
    />
  );
  return (
    <Dialog opened onClose={onClose} title={say('contacts.title')}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <p>{say('contacts.help')}</p>
        {fields.map((field) => (
          <div key={field}>{input(field)}</div>
        ))}
        {save.isError && <Failure error={save.error} />}
        <div className="dl-row">
          <Button type="submit" loading={save.isPending}>
            {say('contacts.save')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function typedFrom({ authority, privacy }: Contacts): Typed {
  return {
    authorityName: authority?.name ?? '',
    address: authority?.address ?? '',
    web: authority?.web ?? '',
    privacyName: privacy?.name ?? '',
    email: privacy?.email ?? '',
  };
}

function contactsFrom({ authorityName: name, address, web, privacyName, email }: Typed): Contacts {
  const authority = { name: name.trim(), address: address.trim(), web: web.trim() };
  const privacy = { name: privacyName.trim(), email: email.trim() };
  const isSaid = (one: object): boolean => Object.values(one).some((part) => part !== '');
  return { authority: isSaid(authority) ? authority : null, privacy: isSaid(privacy) ? privacy : null };
}

function fieldAt([part, field]: readonly PropertyKey[]): Field {
  if (part === 'privacy') return field === 'email' ? 'email' : 'privacyName';
  return field === 'web' || field === 'address' ? field : 'authorityName';
}
