import type { ParameterId } from '../../shared/catalog.ts';
import { capitalised } from '../../shared/text.ts';
import { SECOND } from '../../shared/time.ts';
import { say } from '../strings/say.ts';
import type { Availability, Clock, Platform } from './ports.ts';

/** What can be observed here, asked at the start of the process and of every session. */
export interface Sensors {
  readonly unavailable: readonly ParameterId[];
  /** False: a long time without any sign of the person has to stand for a lock. */
  readonly seesLock: boolean;
  readonly words: readonly { readonly sensor: string; readonly works: boolean; readonly words: string }[];
}

type Asked = 'window' | 'input' | 'screen' | 'browser' | 'lock';

/** A site is read only of the window in front, and a picture taken only after a look at every window. */
const NEEDS: readonly (readonly [ParameterId, readonly Asked[]])[] = [
  ['activity', ['input']],
  ['app', ['window']],
  ['title', ['window']],
  ['url', ['browser', 'window']],
  ['screenshot', ['screen', 'window']],
];

const LIMIT_MS = 5 * SECOND;

/** For `Sensors.words` while what works here by its own word could not be begun. */
export const LOCK_UNSEEN: Sensors['words'][number] = {
  sensor: 'lock',
  works: false,
  words: `${say('sensor.lockUnseen')} ${say('sensor.insteadOfLock')}`,
};

export async function probe(platform: Platform, clock: Clock): Promise<Sensors> {
  const [window, input, screen, browser, lock] = await Promise.all([
    ask(() => platform.window.availability(), clock),
    ask(() => platform.input.availability(), clock),
    ask(() => platform.screen.availability(), clock),
    ask(() => platform.browser.availability(), clock),
    ask(() => platform.lock.availability(), clock),
  ]);
  const answers: Readonly<Record<Asked, Availability>> = { window, input, screen, browser, lock };
  const works = (sensor: Asked): boolean => answers[sensor].works;
  return {
    unavailable: NEEDS.filter(([, sensors]) => !sensors.every(works)).map(([parameter]) => parameter),
    seesLock: lock.works,
    words: (Object.keys(answers) as Asked[]).map((sensor) => inWords(sensor, answers[sensor])),
  };
}

function inWords(sensor: Asked, answer: Availability): Sensors['words'][number] {
  if (answer.works) return { sensor, works: true, words: say('sensor.works') };
  const instead = sensor === 'lock' ? [say('sensor.insteadOfLock')] : [];
  return { sensor, works: false, words: [sentence(answer.why), sentence(answer.remedy), ...instead].join(' ') };
}

/** Adapters give phrases; a person reads sentences. */
function sentence(phrase: string): string {
  const begun = capitalised(phrase);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** A sensor that cannot even say whether it works does not. */
async function ask(availability: () => Promise<Availability>, clock: Clock): Promise<Availability> {
  let cancel = (): void => undefined;
  const limit = new Promise<Availability>((resolve) => {
    cancel = clock.after(LIMIT_MS, () => resolve(SILENT));
  });
  const answer = Promise.resolve()
    .then(availability)
    .catch(() => SILENT);
  const first = await Promise.race([answer, limit]);
  cancel();
  return first;
}

const SILENT: Availability = {
  works: false,
  why: say('sensor.silent'),
  remedy: say('sensor.silentRemedy'),
};
