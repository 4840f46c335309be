import type { LevelOf } from '../../../shared/catalog.ts';
import type { ObservationOf } from '../../../shared/events/observation.ts';
import type { ActiveWindow } from '../ports.ts';

type Reduced<O> = O extends unknown ? Omit<O, 'at' | 'mono' | 'span'> : never;
export type ReducedUrl = Reduced<ObservationOf<'url'>>;
export type ReducedTitle = Reduced<ObservationOf<'title'>>;
export type ReducedApp = Reduced<ObservationOf<'app'>>;

/** How what a sensor read becomes what may be kept. Null: nothing may. They may throw; then nothing is kept either. */
export interface Reductions {
  app(window: ActiveWindow, level: Exclude<LevelOf<'app'>, 'off'>): ReducedApp | null;
  title(title: string, level: Exclude<LevelOf<'title'>, 'off'>): ReducedTitle | null;
  url(url: string, level: Exclude<LevelOf<'url'>, 'off'>): ReducedUrl | null;
  /** Password managers and whatever else is never looked at. */
  isSensitive(window: ActiveWindow): boolean;
  /** A site, or a page of any site, that reveals a special category of personal data. */
  isSpecial(url: string): boolean;
}
