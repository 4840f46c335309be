import { Anchor, Button, Radio } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { LawfulBasis, PolicyDocument } from '../../../shared/policy/policy.ts';
import type { StoredAbove as Amount, OrderedErasure } from '../../../shared/protocol/http/erasures.ts';
import { call } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useOrderedErasures, useStoredAbove } from '../api/reads.ts';
import { levelText } from '../collection/words.ts';
import { Failure } from '../frame/Failure.tsx';
import { Note } from '../frame/Note.tsx';
import { exactTime } from '../strings/format.ts';
import { count, joined, say } from '../strings/say.ts';
import { Proof, useProofFields } from './Proof.tsx';

type Which = 'keep' | 'above' | 'all';

/** What there is of parameters that were lowered, to be deleted for everyone by whoever may; and how far that is. */
export function StoredAbove({ policy, mayErase }: { policy: PolicyDocument; mayErase: boolean }) {
  const stored = useStoredAbove(mayErase);
  if (stored.isError) return <Failure error={stored.error} retry={() => void stored.refetch()} />;
  const lowered = loweredIn(policy, stored.data);
  return (
    <>
      {lowered.some(({ keptOn }) => keptOn === null) && (
        <Choosing key={policy.version} policy={policy} lowered={lowered} />
      )}
      <Orders />
    </>
  );
}

/** Leads from what was just published to the choice, which stands at the foot of the same page; nothing where there is none. */
export function ToStoredAbove({ policy, mayErase }: { policy: PolicyDocument; mayErase: boolean }) {
  const stored = useStoredAbove(mayErase);
  if (!loweredIn(policy, stored.data).some(({ keptOn }) => keptOn === null)) return null;
  // The address after the hash is the router's.
  const go = () => document.getElementById(HEADING)?.focus();
  return (
    <p>
      {say('stored.asks')}{' '}
      <Anchor component="button" type="button" inherit underline="always" onClick={go}>
        {say('stored.toChoice')}
      </Anchor>
    </p>
  );
}

const HEADING = 'stored-heading';

function loweredIn(policy: PolicyDocument, stored: ReturnType<typeof useStoredAbove>['data'] = []): Lowered[] {
  return stored.flatMap(({ parameter, above, ...rest }) => {
    const amount = above.find(({ level }) => level === policy.parameters[parameter].level);
    const all = above.find(({ level }) => level === 'off');
    return amount === undefined || all === undefined ? [] : [{ parameter, amount, all, ...rest }];
  });
}

interface Lowered {
  readonly parameter: ParameterId;
  readonly amount: Amount;
  readonly all: Amount;
  /** People of whom nothing of it goes. */
  readonly restricted: number;
  /** The basis on which it must be kept. */
  readonly keptOn: LawfulBasis | null;
}

function Choosing({ policy, lowered }: { policy: PolicyDocument; lowered: readonly Lowered[] }) {
  const client = useQueryClient();
  const fields = useProofFields();
  const [chosen, choose] = useState<Readonly<Partial<Record<ParameterId, Which>>>>({});
  const wanted = lowered.flatMap(({ parameter }) => {
    const which = chosen[parameter] ?? 'keep';
    return which === 'keep' ? [] : [{ parameter, which }];
  });
  const erase = useMutation({
    mutationFn: async () =>
      call('eraseStored', { body: { version: policy.version, parameters: wanted, ...fields.body } }),
    onSuccess: () => {
      choose({});
      void client.invalidateQueries({ queryKey: keys.orderedErasures });
    },
    onSettled: () => {
      fields.clear();
      void client.invalidateQueries({ queryKey: keys.storedAbove });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    erase.mutate();
  };
  return (
    <section className="dl-panel dl-stack" aria-labelledby={HEADING}>
      <h2 id={HEADING} tabIndex={-1}>
        {say('stored.title')}
      </h2>
      <p>{say('stored.text')}</p>
      <form className="dl-stack" onSubmit={submit} noValidate>
        {lowered.map((one) => (
          <Choice
            key={one.parameter}
            {...one}
            which={chosen[one.parameter] ?? 'keep'}
            onChange={(which) => choose({ ...chosen, [one.parameter]: which })}
          />
        ))}
        {wanted.length > 0 && (
          <>
            <Note tone="wait">
              <p>{say('stored.forEver')}</p>
              <p>{say('stored.stays')}</p>
            </Note>
            <div style={{ maxWidth: '26rem' }} className="dl-stack">
              <Proof fields={fields} error={erase.error} />
            </div>
          </>
        )}
        {erase.isError && <Failure error={erase.error} fields={['password']} />}
        {wanted.length > 0 && (
          <div>
            <Button type="submit" color="red" loading={erase.isPending} disabled={!fields.isWhole}>
              {say('stored.now')}
            </Button>
          </div>
        )}
      </form>
    </section>
  );
}

function Choice(props: Lowered & { which: Which; onChange: (which: Which) => void }) {
  const { parameter, amount, all, restricted, keptOn, which, onChange } = props;
  const words = ({ days, people }: Amount) => ({ days: count('days', days), people: count('stored.people', people) });
  const isKnown = (value: string): value is Which => value === 'keep' || value === 'above' || value === 'all';
  if (keptOn !== null) {
    const facts = { label: catalog[parameter].label, basis: say(`basis.${keptOn}`) };
    return <p className="dl-quiet">{say('stored.kept', facts)}</p>;
  }
  return (
    <Radio.Group
      label={say('stored.parameter', { label: catalog[parameter].label })}
      value={which}
      onChange={(value) => isKnown(value) && onChange(value)}
    >
      <div className="dl-stack" style={{ gap: '0.5rem', marginTop: '0.5rem' }}>
        <Radio value="keep" label={say('stored.keep')} />
        {amount.level !== 'off' && (
          <Radio
            value="above"
            label={say('stored.above', { level: levelText(parameter, amount.level), ...words(amount) })}
          />
        )}
        <Radio value="all" label={say('stored.all', words(all))} />
        {restricted > 0 && <p className="dl-quiet dl-small">{count('stored.restricted', restricted)}</p>}
      </div>
    </Radio.Group>
  );
}

function Orders() {
  const orders = useOrderedErasures();
  if (orders.isError) return <Failure error={orders.error} retry={() => void orders.refetch()} />;
  if (orders.data === undefined || orders.data.length === 0) return null;
  return (
    <section className="dl-panel dl-stack" aria-labelledby="orders-heading">
      <h2 id="orders-heading">{say('stored.orders')}</h2>
      <ul className="dl-list" aria-live="polite">
        {orders.data.map((one) => (
          <li key={one.order}>
            <OrderLine order={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function OrderLine({ order }: { order: OrderedErasure }) {
  const { parameters, byName, at, people, verified, finishedAt } = order;
  const labels = joined(
    parameters.map(({ parameter, above }) => {
      const { label } = catalog[parameter];
      return above === 'off' ? label : say('stored.partly', { label, level: levelText(parameter, above) });
    }),
  );
  return (
    <>
      <p>{say('stored.order', { labels, name: byName ?? say('stored.unknown'), time: exactTime(at) })}</p>
      <p className="dl-quiet dl-small">
        {finishedAt === null
          ? say('stored.running', { verified, people: count('stored.people', people) })
          : say('stored.done', { people: count('stored.people', people), time: exactTime(finishedAt) })}
      </p>
    </>
  );
}
