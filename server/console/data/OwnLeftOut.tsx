import { CloseButton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Exclusions } from '../../../shared/policy/exclusions.ts';
import type { OwnExclusions } from '../../../shared/protocol/http/layers.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/useMe.ts';
import { Failure } from '../frame/Failure.tsx';
import { say } from '../strings/say.ts';
import classes from './data.module.css';

/** The applications and sites that one has had left out for oneself, to have them recorded again. */
export function OwnLeftOut() {
  const person = useMe().person.id;
  const client = useQueryClient();
  const own = useQuery({
    queryKey: keys.ownExclusions(person),
    queryFn: ({ signal }) => call('ownExclusions', { params: { person } }, signal),
  });
  const change = useMutation({
    mutationFn: (body: { baseRevision: number; exclusions: Exclusions }) =>
      call('leaveOutOwn', { params: { person }, body }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.ownExclusions(person) }),
  });
  if (own.isError) return <Failure error={own.error} retry={() => void own.refetch()} />;
  if (own.data === undefined) return null;
  const { revision, exclusions }: OwnExclusions = own.data;
  if (exclusions.apps.length + exclusions.sites.length === 0) return null;
  const without = (kind: keyof Exclusions, glob: string) =>
    change.mutate({
      baseRevision: revision,
      exclusions: { ...exclusions, [kind]: exclusions[kind].filter((other) => other !== glob) },
    });
  return (
    <section className="dl-panel dl-stack" aria-labelledby="own-left-out-heading">
      <h2 id="own-left-out-heading">{say('ownLeftOut.title')}</h2>
      <p>{say('ownLeftOut.text')}</p>
      <ul className={classes.days}>
        {(['sites', 'apps'] as const).flatMap((kind) =>
          exclusions[kind].map((glob) => (
            <li key={`${kind} ${glob}`}>
              <code>{glob}</code>{' '}
              <CloseButton
                size="sm"
                aria-label={say('exclusions.remove', { glob })}
                disabled={change.isPending}
                onClick={() => without(kind, glob)}
              />
            </li>
          )),
        )}
      </ul>
      {change.isError && <Failure error={change.error} />}
    </section>
  );
}
