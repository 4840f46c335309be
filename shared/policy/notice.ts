import { catalog, type ParameterId, type Purpose, parameterIds } from '../catalog.ts';
import type { Role } from '../roles.ts';
import type { LawfulBasis, PolicyDocument } from './policy.ts';

/** What a person is told, generated from the catalogue and a published policy and never written by hand. */
export interface Notice {
  /** The policy version that it describes. Acknowledging the notice means acknowledging this version. */
  readonly version: number;
  readonly collected: readonly NoticeLine[];
  readonly notCollected: readonly { readonly parameter: ParameterId; readonly label: string }[];
  /** What no policy can switch on. */
  readonly never: string;
}

export interface NoticeLine {
  readonly parameter: ParameterId;
  readonly label: string;
  readonly level: string;
  readonly text: string;
  readonly purpose: Purpose;
  readonly basis: LawfulBasis;
  readonly retentionDays: number;
  readonly viewers: readonly Role[];
}

export const NEVER =
  'Never, whatever the settings: which keys you press, pointer positions, the clipboard, camera, microphone, location, contents of files, windows in the background.';

export function noticeOf(policy: Pick<PolicyDocument, 'version' | 'parameters'>): Notice {
  const collected: NoticeLine[] = [];
  const notCollected: { parameter: ParameterId; label: string }[] = [];
  for (const parameter of parameterIds) {
    const { label, notice } = catalog[parameter];
    const rule = policy.parameters[parameter];
    const text = (notice as Readonly<Record<string, string>>)[rule.level];
    if (rule.level === 'off' || text === undefined) {
      notCollected.push({ parameter, label });
      continue;
    }
    const { level, purpose, basis, retentionDays, viewers } = rule;
    collected.push({ parameter, label, level, text, purpose, basis, retentionDays, viewers });
  }
  return { version: policy.version, collected, notCollected, never: NEVER };
}
