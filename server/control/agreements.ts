import { type ParameterId, parameterIds } from '../../shared/catalog.ts';
import type { DeviceId } from '../../shared/ids.ts';
import { decidedBy, decidedLevels } from '../../shared/policy/ceilings.ts';
import { leastOf } from '../../shared/policy/policy.ts';
import type { ReceiptPayload } from '../../shared/protocol/messages.ts';
import type { UnixMs } from '../../shared/time.ts';
import type { DeviceRecord, ReceiptRecord, Store } from '../store/store.ts';
import { createBounded } from './bounded.ts';
import { type AgreedAt, type Current, testimony } from './proof.ts';
import type { Receipts } from './receipts.ts';
import type { Telling } from './tellings.ts';
import { termsWith } from './told.ts';

/**
 * When each device first agreed with the rule that a parameter has now: for ever the same. The store keeps the first receipt
 * of each version and the latest; what came between the two is known as long as this process remembers the device.
 */
export interface Agreements {
  /** What is remembered of the device. Before another receipt of it is kept: what the store has by then is the past. */
  of(device: Owner, current: Current, mine: Mine): Promise<Agreed>;
}

/** What is remembered of one device. */
export interface Agreed {
  with(current: Current): AgreedAt;
  /** What a receipt said that was kept just now. */
  note(current: Current, mine: Mine, said: ReceiptPayload, receivedAt: UnixMs): void;
}

/** What the person of the device was told of, and decided. */
type Mine = Pick<Telling, 'told' | 'standing'>;

type Owner = Pick<DeviceRecord, 'org' | 'person' | 'device' | 'publicKey' | 'enrolledAt'>;

/** What is known of one rule, by the version that gave it. */
interface Answer {
  readonly version: number;
  readonly at: UnixMs | 'not_yet' | 'unknown';
}

export function createAgreements(store: Pick<Store, 'receipts'>, receipts: Receipts, most: number): Agreements {
  const remembered = createBounded<DeviceId, Agreed>(most);

  async function read(device: Owner, current: Current, mine: Mine): Promise<Agreed> {
    const kept = await store.receipts(device.org, device.device);
    const answers: Partial<Record<ParameterId, Answer>> = {};
    for (const id of parameterIds) {
      const version = current.unchanged[id];
      const at = await answerOf(device, kept, (said, then) => agrees(current, id, mine, said, then), version);
      if (at !== null) answers[id] = { version, at };
    }
    return agreedFrom(answers, device.enrolledAt);
  }

  /** Null when nothing was signed about the rule yet. */
  async function answerOf(
    device: Owner,
    kept: readonly ReceiptRecord[],
    agreesWith: (said: ReceiptPayload, at: UnixMs) => boolean,
    version: number,
  ): Promise<Answer['at'] | null> {
    const since = kept.filter(({ policyVersion }) => policyVersion >= version);
    const [first] = since;
    if (first === undefined) return null;
    const said = await receipts.said(device, first);
    if (said !== null && agreesWith(said, first.receivedAt)) return first.receivedAt;
    return since.length === 1 && said !== null ? 'not_yet' : 'unknown';
  }

  return {
    of: (device, current, mine) => remembered.get(device.device, () => read(device, current, mine)),
  };
}

function agreedFrom(answers: Partial<Record<ParameterId, Answer>>, enrolledAt: UnixMs): Agreed {
  const known = (current: Current, id: ParameterId): Answer | null => {
    const answer = answers[id];
    return answer?.version === current.unchanged[id] ? answer : null;
  };
  return {
    with(current) {
      const agreedAt: Partial<Record<ParameterId, UnixMs | 'came_later'>> = {};
      for (const id of parameterIds) {
        const at = known(current, id)?.at;
        if (enrolledAt >= current.changedAt[id]) agreedAt[id] = 'came_later';
        else if (at !== undefined && at !== 'not_yet' && at !== 'unknown') agreedAt[id] = at;
      }
      return agreedAt;
    },
    note(current, mine, said, receivedAt) {
      for (const id of parameterIds) {
        const version = current.unchanged[id];
        const answer = known(current, id);
        if (said.policyVersion < version || (answer !== null && answer.at !== 'not_yet')) continue;
        answers[id] = { version, at: agrees(current, id, mine, said, receivedAt) ? receivedAt : 'not_yet' };
      }
    },
  };
}

function agrees(
  current: Current,
  id: ParameterId,
  { told, standing }: Mine,
  receipt: ReceiptPayload,
  at: UnixMs,
): boolean {
  // On a clock that was set back the rule is from later than now.
  const instant = Math.max(at, current.changedAt[id]);
  const terms = termsWith(standing.termsAt(instant), told, instant);
  const allowed = leastOf(told.at(instant), decidedLevels(decidedBy(current.document), terms));
  return testimony(current, id, { receipt, allowed, terms: standing.revision }, instant).startsWith('agrees');
}
