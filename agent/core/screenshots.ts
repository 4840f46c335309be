import { ImageId } from '../../shared/ids.ts';
import { SCREENSHOT_MIN_SECONDS } from '../../shared/policy/policy.ts';
import type { MonoMs } from '../../shared/time.ts';
import type { CapturedImage, Platform } from './ports.ts';
import type { Moment, SamplerDeps } from './sampler.ts';
import type { Reductions } from './sensors/reductions.ts';
import type { Registry } from './sensors/registry.ts';
import { isPresentable } from './sensors/sight.ts';
import { sha256 } from './signing.ts';

/** At most one picture in five minutes, at a random moment of its slot; two are never closer than that. */
export interface Screenshots {
  /** Takes the picture that is due, if there is one. To be called every few seconds. */
  take(moment: () => Moment, level: 'blurred' | 'full'): Promise<void>;
}

const SLOT_MS = SCREENSHOT_MIN_SECONDS * 1_000;
/** A moment that passed while pictures were off is over: one taken at the return would not be random. */
const LATE_MS = 15_000;

export function createScreenshots(deps: SamplerDeps): Screenshots {
  const { random, registry, platform, reductions } = deps;
  let plan: { readonly slot: number; readonly due: MonoMs | null } | null = null;
  let last: MonoMs | null = null;
  // Where a day is played faster than it happened, a minute and more is between two calls.
  const lateMs = Math.max(LATE_MS, platform.pace?.lookMs ?? 0);

  function isDue({ mono, sessionStart }: Moment): boolean {
    const slot = sessionStart + Math.floor((mono - sessionStart) / SLOT_MS) * SLOT_MS;
    if (plan?.slot !== slot) {
      const drawn = slot + Math.floor(random.fraction() * SLOT_MS);
      // Too close to the last one: this slot goes without, so that the moment stays a random one.
      plan = { slot, due: last !== null && drawn - last < SLOT_MS ? null : drawn };
    }
    if (plan.due === null || mono < plan.due) return false;
    const isLate = mono - plan.due > lateMs;
    plan = { slot, due: null };
    return !isLate;
  }

  async function take(moment: () => Moment, level: 'blurred' | 'full'): Promise<void> {
    const begun = moment();
    if (!isDue(begun)) return;
    const image = await captureBetweenLooks(platform, registry, reductions, level);
    const now = moment();
    if (image === null || now.epoch !== begun.epoch) return;
    last = begun.mono;
    await keep(deps, image, level, begun);
  }

  return { take };
}

/** The windows are looked at just before and just after; what is between two clear looks is taken to be clear. */
async function captureBetweenLooks(
  platform: Platform,
  registry: Registry,
  reductions: Reductions,
  level: 'blurred' | 'full',
): Promise<CapturedImage | null> {
  const look = async (): Promise<boolean> => {
    const windows = await registry.call('window', ['screenshot'], () => platform.window.visible());
    if (!windows.ok) return false;
    try {
      return isPresentable(windows.value, platform.browser.tab(), reductions);
    } catch {
      registry.failed('screenshot');
      return false;
    }
  };
  if (!(await look())) return null;
  const image = await registry.call('screen', ['screenshot'], () => platform.screen.capture(level));
  if (!image.ok || image.value === null) return null;
  return (await look()) ? image.value : null;
}

/** Announced before it is kept, so that no picture exists that was not announced. */
async function keep(deps: SamplerDeps, image: CapturedImage, level: 'blurred' | 'full', taken: Moment): Promise<void> {
  const { outbox, indicator, random, registry, reviewSeconds, wall } = deps;
  const id = ImageId.parse(random.uuid());
  const entry = outbox.permit({
    parameter: 'screenshot',
    level,
    at: taken.at,
    mono: taken.mono,
    span: 0,
    image: id,
    digest: sha256(image.bytes),
    bytes: image.bytes.length,
    width: image.width,
    height: image.height,
  });
  if (entry === null) return;
  const seconds = reviewSeconds();
  try {
    indicator.say(announcement(level, id, seconds));
  } catch {
    registry.failed('screenshot');
    return;
  }
  const releaseAt = wall() + seconds * 1_000;
  const isKept = await outbox.hold(entry.context, { observation: entry.observation, releaseAt }, image.bytes);
  if (!isKept) registry.failed('screenshot');
}

function announcement(level: 'blurred' | 'full', image: ImageId, seconds: number): string {
  const picture = level === 'blurred' ? 'a blurred picture of your screen' : 'a picture of your screen';
  if (seconds === 0) return `Daylight took ${picture}.`;
  const time = seconds < 120 ? `${seconds} seconds` : `${Math.floor(seconds / 60)} minutes`;
  return `Daylight took ${picture}. You can look at it and drop it within ${time} (${image}).`;
}
