import type { ParameterProof } from '../../../shared/protocol/http/proof.ts';

/**
 * What may be said of a parameter. "Off" (or any level) is in force only as `confirmed`, or as `lease_ended` when every
 * device that has not answered has stopped by itself.
 */
export type ProofState =
  | { readonly kind: 'no_devices' }
  | {
      readonly kind: 'contradicted';
      readonly contradicting: number;
      readonly confirmed: number;
      readonly devices: number;
    }
  | {
      readonly kind: 'waiting';
      readonly confirmed: number;
      readonly devices: number;
      /** Connected, and not answered yet. */
      readonly answering: number;
      readonly unreachable: number;
      /** When the last unreachable device stops by itself; null when that is not known. */
      readonly stopsBy: number | null;
    }
  | { readonly kind: 'lease_ended'; readonly confirmed: number; readonly ended: number; readonly devices: number }
  | {
      readonly kind: 'confirmed';
      readonly devices: number;
      readonly active: number | null;
      readonly inMs: number | null;
    };

export function proofStateOf(proof: ParameterProof, now: number): ProofState {
  const { devices, confirmed, active, contradicting, waiting } = proof;
  if (contradicting.length > 0)
    return { kind: 'contradicted', contradicting: contradicting.length, confirmed, devices };
  if (devices === 0) return { kind: 'no_devices' };
  if (waiting.devices === 0 && confirmed >= devices) {
    return { kind: 'confirmed', devices, active, inMs: proof.timeToEffectMs };
  }
  const unreachable = waiting.stopsBy === null || waiting.stopsBy > now ? waiting.running : 0;
  if (waiting.connected + unreachable === 0 && confirmed + waiting.devices >= devices) {
    return { kind: 'lease_ended', confirmed, ended: waiting.devices, devices };
  }
  return {
    kind: 'waiting',
    confirmed,
    devices,
    answering: waiting.connected,
    unreachable,
    stopsBy: unreachable === 0 ? null : waiting.stopsBy,
  };
}
