import { Button, Radio, Select, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { RestrictionGround, type RestrictionView } from '../../../shared/protocol/http/restrictions.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { Dialog } from '../frame/Sheet.tsx';
import { WORDS } from '../objections/length.ts';
import { say } from '../strings/say.ts';

/** Asks of what and why, and says what it does. */
export function RestrictDialog(props: {
  restricted: readonly RestrictionView[];
  opened: boolean;
  onClose: () => void;
}) {
  const { restricted, opened, onClose } = props;
  const { person } = useMe();
  const [parameter, choose] = useState<ParameterId | null>(null);
  const [ground, setGround] = useState<RestrictionGround | null>(null);
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const restrict = useMutation({
    mutationFn: (wanted: { parameter: ParameterId; ground: RestrictionGround }) =>
      call('restrict', {
        params: { person: person.id, parameter: wanted.parameter },
        body: { ground: wanted.ground, words: words.trim() },
      }),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: keys.restrictions(person.id) });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (parameter !== null && ground !== null) restrict.mutate({ parameter, ground });
  };
  const open = parameterIds.filter((id) => !restricted.some((one) => one.parameter === id));
  return (
    <Dialog opened={opened} onClose={onClose} title={say('restrictions.begin')}>
      <form className="dl-stack" onSubmit={submit} noValidate>
        <Select
          label={say('restrictions.of')}
          data={open.map((value) => ({ value, label: catalog[value].label }))}
          value={parameter}
          error={tried && parameter === null ? say('restrictions.ofMissing') : null}
          onChange={(value) => choose(open.find((id) => id === value) ?? null)}
        />
        <Radio.Group
          label={say('restrictions.why')}
          value={ground}
          error={tried && ground === null ? say('restrictions.whyMissing') : null}
          onChange={(value) => setGround(RestrictionGround.options.find((one) => one === value) ?? null)}
        >
          <div className="dl-stack">
            {RestrictionGround.options.map((one) => (
              <Radio key={one} value={one} label={say(`restrictions.ground.${one}`)} />
            ))}
          </div>
        </Radio.Group>
        <Textarea
          label={say('restrictions.words')}
          autosize
          minRows={2}
          maxLength={WORDS}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <ul className="dl-list">
          <li>{say('restrictions.isKept')}</li>
          <li>{say('restrictions.nothingAdded')}</li>
          <li>{say('restrictions.youStill')}</li>
          <li>{say('restrictions.until')}</li>
          <li>{say('restrictions.whoKnows')}</li>
        </ul>
        {restrict.isError && <Failure error={restrict.error} />}
        <div className="dl-row">
          <Button type="submit" loading={restrict.isPending}>
            {say('restrictions.restrict')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {say('action.back')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
