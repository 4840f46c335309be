import { type LevelOf, type ParameterId, parameterIds } from '../catalog.ts';
import type { PolicyDocument } from './policy.ts';

/** From least to most. Each is a whole policy to begin with, and everything in it can be changed afterwards. */
export const presetIds = ['time_only', 'balanced', 'detailed'] as const;
export type PresetId = (typeof presetIds)[number];

export type Preset = { readonly [P in ParameterId]: LevelOf<P> };

/** A level for every parameter: one that is registered later does not compile until each preset says what it does with it. */
export const presets: Readonly<Record<PresetId, Preset>> = {
  /** What people enter themselves, and nothing that a sensor observes. */
  time_only: {
    session: 'on',
    activity: 'off',
    app: 'off',
    title: 'off',
    url: 'off',
    screenshot: 'off',
    project: 'on',
    notes: 'off',
    device: 'off',
    timezone: 'off',
    diagnostics: 'off',
  },
  /** Kinds instead of names, yes or no instead of counts; no titles and no pictures. */
  balanced: {
    session: 'on',
    activity: 'active',
    app: 'category',
    title: 'off',
    url: 'category',
    screenshot: 'off',
    project: 'on',
    notes: 'on',
    device: 'off',
    timezone: 'on',
    diagnostics: 'on',
  },
  /** Names, counts and blurred pictures. Full titles, pages and pictures are in no preset: they are decided one by one. */
  detailed: {
    session: 'on',
    activity: 'counts',
    app: 'name',
    title: 'redacted',
    url: 'domain',
    screenshot: 'blurred',
    project: 'on',
    notes: 'on',
    device: 'coarse',
    timezone: 'on',
    diagnostics: 'on',
  },
};

/** The levels of the preset as a change of a policy. */
export function presetChange(preset: PresetId): { readonly [P in ParameterId]: { readonly level: LevelOf<P> } } {
  const levels = parameterIds.map((id) => [id, { level: presets[preset][id] }]);
  return Object.fromEntries(levels) as ReturnType<typeof presetChange>;
}

/** The rules with the levels of the preset; everything else in them stays as it is. */
export function withPreset(rules: PolicyDocument['parameters'], preset: PresetId): PolicyDocument['parameters'] {
  const changed = parameterIds.map((id) => [id, { ...rules[id], level: presets[preset][id] }]);
  return Object.fromEntries(changed) as PolicyDocument['parameters'];
}
