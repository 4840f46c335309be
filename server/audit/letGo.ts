import { DAY, type UnixMs } from '../../shared/time.ts';

/** As far as a checkpoint says how old a tree is. */
interface Dated {
  readonly size: number;
  readonly at: UnixMs;
}

/**
 * The largest of the checkpoints that were `days` old at `at`: what stands before it was recorded by then. An entry's own time is not asked, for
 * whoever sets the clock back makes new ones look old. So does a checkpoint that was made meanwhile; and therefore one counts only when no
 * smaller or equal tree was signed later. What lies in the future of `at` was signed while the clock was ahead, and says nothing.
 */
export function agedBy<T extends Dated>(checkpoints: readonly T[], at: UnixMs, days: number): T | null {
  const cut = at - days * DAY;
  const young = checkpoints.filter((one) => one.at > cut && one.at <= at).map(({ size }) => size);
  const sound = checkpoints.filter((one) => one.at <= cut && young.every((size) => one.size < size));
  return sound.reduce<T | null>((best, one) => (best === null || one.size > best.size ? one : best), null);
}
