import { Mark } from '../../../look/Mark.tsx';
import type { Level } from '../../../shared/catalog.ts';
import { assertNever } from '../../../shared/errors.ts';
import type { ParameterProof } from '../../../shared/protocol/http/proof.ts';
import { dayIn, exactTime, latency, nearTime, shortDate } from '../strings/format.ts';
import { count, say } from '../strings/say.ts';
import classes from './collection.module.css';
import { type ProofState, proofStateOf } from './proofState.ts';

/** Requested, confirmed, still waiting: what may be said, and nothing more. */
export function ProofLine(props: {
  proof: ParameterProof | undefined;
  publishedLevel: Level;
  changed: boolean;
  now: number;
}) {
  const { proof, publishedLevel, changed, now } = props;
  if (proof === undefined) {
    return <div className={`${classes.proof} dl-quiet`}>{say('proof.unknown')}</div>;
  }
  const state = proofStateOf(proof, now);
  return (
    <div className={classes.proof} aria-live="polite" data-proof={state.kind}>
      <ProofMark state={state} level={publishedLevel} active={proof.active} />
      <span className="dl-quiet dl-number">{sentence(proof, state, now)}</span>
      {changed && <span>{say('proof.draft')}</span>}
    </div>
  );
}

function ProofMark({ state, level, active }: { state: ProofState; level: Level; active: number | null }) {
  switch (state.kind) {
    case 'no_devices':
      return <Mark tone="off">{say('proof.noDevices')}</Mark>;
    case 'contradicted':
      return <Mark tone="gone">{count('contradiction.devices', state.contradicting)}</Mark>;
    case 'waiting':
      return <Mark tone="wait">{say('proof.waiting', { level: say(`level.${level}`) })}</Mark>;
    case 'lease_ended':
    case 'confirmed':
      return level === 'off' ? (
        <Mark tone="off">{say('proof.off')}</Mark>
      ) : (
        // What is allowed runs where the person has acknowledged it, and while they track: green is what runs.
        <Mark tone={active === null ? 'wait' : active > 0 ? 'on' : 'off'}>
          {say('proof.upTo', { level: say(`level.${level}`) })}
        </Mark>
      );
    default:
      return assertNever(state);
  }
}

/** `requested 14:02:11 · confirmed on 25 of 27 in 0.3 s · 2 not reachable: stop by 18:40 at the latest` */
function sentence(proof: ParameterProof, state: ProofState, now: number): string {
  return [say('proof.requested', { time: requestedTime(proof.requestedAt, now) }), ...rest(proof, state, now)].join(
    ' · ',
  );
}

function rest(proof: ParameterProof, state: ProofState, now: number): string[] {
  switch (state.kind) {
    case 'no_devices':
      return [say('proof.noDevicesWhy')];
    case 'contradicted':
      return [say('proof.confirmed', { confirmed: state.confirmed, devices: state.devices })];
    case 'waiting':
      return [
        say('proof.confirmed', { confirmed: state.confirmed, devices: state.devices }),
        ...(state.answering === 0 ? [] : [count('proof.answering', state.answering)]),
        ...(state.unreachable === 0 ? [] : [unreachableWords(proof, state, now)]),
      ];
    case 'lease_ended':
      return [
        say('proof.confirmed', { confirmed: state.confirmed, devices: state.devices }),
        count('proof.ended', state.ended),
      ];
    case 'confirmed':
      return [
        state.inMs === null
          ? say('proof.confirmed', { confirmed: state.devices, devices: state.devices })
          : say('proof.confirmedIn', { confirmed: state.devices, devices: state.devices, time: latency(state.inMs) }),
        ...(proof.requested === 'off' ? [] : runningWords(proof.parameter, state.active)),
      ];
    default:
      return assertNever(state);
  }
}

function runningWords(parameter: ParameterProof['parameter'], active: number | null): string[] {
  if (active === null) return [say('proof.consentFew')];
  const running = say('proof.active', { active });
  return active > 0 ? [running] : [running, say(parameter === 'url' ? 'proof.beginsSites' : 'proof.begins')];
}

function unreachableWords(proof: ParameterProof, state: ProofState & { kind: 'waiting' }, now: number): string {
  const who = count('proof.unreachable', state.unreachable);
  if (state.stopsBy === null) return say('proof.stopsUnknown', { who });
  const time = nearTime(state.stopsBy, now);
  return proof.requested === 'off' ? say('proof.stopsBy', { who, time }) : say('proof.earlierUntil', { who, time });
}

function requestedTime(at: number, now: number): string {
  return dayIn(at) === dayIn(now) ? exactTime(at) : shortDate(at);
}
