import type { z } from 'zod';
import { Mark } from '../../../look/Mark.tsx';
import { catalog, type ParameterId, parameterIds } from '../../../shared/catalog.ts';
import type { ReceiptState } from '../../../shared/protocol/messages.ts';
import { useReceipt } from '../api/reads.ts';
import { Failure } from '../frame/Failure.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { dateTime } from '../strings/format.ts';
import { listed, say } from '../strings/say.ts';

/** What the device itself signed that it does: the proof behind the numbers on the Collection page. */
export function ReceiptTable({ person, device }: { person: string; device: string }) {
  const receipt = useReceipt(person, device, true);
  if (receipt.isPending) return <Waiting lines={2} />;
  if (receipt.isError) return <Failure error={receipt.error} retry={() => void receipt.refetch()} />;
  const { parameters, switches, withheld, receivedAt, discarded, dropped } = receipt.data;
  if (Object.keys(switches).length === 0) return <p className="dl-quiet">{say('receipt.none')}</p>;
  const label = (parameter: (typeof discarded)[number]['parameter']) =>
    parameter === 'unknown' ? say('receipt.unknown') : catalog[parameter].label;
  const counted = (parameter: Parameters<typeof label>[0], n: number, why: string) =>
    say('receipt.counted', { parameter: label(parameter), n, why });
  const waiting = Object.values(parameters).map((state) => state.waiting);
  const unable = parameterIds.filter((id) => parameters[id]?.reason === 'sensor_unavailable');
  return (
    <div className="dl-table-scroll" role="region" aria-label={say('receipt.caption')} tabIndex={0}>
      <table className="dl-table">
        <caption>
          {receivedAt === null ? say('receipt.switches') : say('receipt.signed', { when: dateTime(receivedAt) })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{say('collection.head.parameter')}</th>
            <th scope="col">{say('receipt.state')}</th>
            <th scope="col">{say('receipt.waiting')}</th>
          </tr>
        </thead>
        <tbody>
          {parameterIds.map((parameter) => {
            const state = parameters[parameter];
            return (
              <tr key={parameter}>
                <th scope="row">{catalog[parameter].label}</th>
                <td>
                  {withheld.includes(parameter) ? (
                    <span className="dl-quiet dl-small">{say('receipt.onConsent')}</span>
                  ) : state === undefined ? (
                    <Switched to={switches[parameter]} />
                  ) : (
                    <State parameter={parameter} state={state} />
                  )}
                </td>
                <td className="dl-number">{state?.waiting ?? '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {withheld.length > 0 && (
        <p className="dl-small">
          {say('receipt.withoutConsent')} {say('consent.theirs')} {say('consent.butData')}
        </p>
      )}
      {unable.length > 0 && (
        <p className="dl-small">{say('receipt.unable', { what: listed(unable.map((id) => catalog[id].label)) })}</p>
      )}
      {waiting.length > 0 && receivedAt !== null && (
        <p className="dl-small">
          {say('receipt.queue', { count: waiting.reduce((sum, one) => sum + one, 0), when: dateTime(receivedAt) })}
        </p>
      )}
      {discarded.length > 0 && (
        <p className="dl-small">
          {say('receipt.discarded')}{' '}
          {listed(discarded.map(({ parameter, reason, count }) => counted(parameter, count, reason)))}
        </p>
      )}
      {dropped.length > 0 && (
        <p className="dl-small">
          {say('receipt.dropped')}{' '}
          {listed(dropped.map(({ parameter, cause, count }) => counted(parameter, count, cause)))}
        </p>
      )}
    </div>
  );
}

/** What whoever may not see activity is shown: whether it is switched on, and not what happens now. */
function Switched({ to }: { to: 'on' | 'off' | undefined }) {
  if (to === undefined) return '–';
  return <Mark tone={to}>{say(to === 'on' ? 'level.on' : 'level.off')}</Mark>;
}

function State({ parameter, state }: { parameter: ParameterId; state: z.infer<typeof ReceiptState> }) {
  if (state.reason === 'contradicts_policy') return <Mark tone="gone">{say('reason.contradicts_policy')}</Mark>;
  if (state.state === 'active') return <Mark tone="on">{levelWord(state.level)}</Mark>;
  return (
    <>
      <Mark tone="off">{say('level.off')}</Mark>{' '}
      {state.reason !== null && <span className="dl-quiet dl-small">{reasonWord(parameter, state.reason)}</span>}
    </>
  );
}

/** What cannot work of sites is, but for a computer that shows no windows, the extension of a browser. */
function reasonWord(parameter: ParameterId, reason: NonNullable<ReceiptState['reason']>): string {
  const isExtension = parameter === 'url' && reason === 'sensor_unavailable';
  return say(isExtension ? 'reason.extension_unheard' : `reason.${reason}`);
}

/** A newer agent may name a level that this console does not know; it is shown as it is. */
function levelWord(level: string): string {
  const known = parameterIds.flatMap((id) => [...catalog[id].levels]).find((candidate) => candidate === level);
  return known === undefined ? level : say(`level.${known}`);
}
