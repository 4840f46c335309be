import { type Exclusions, excludesApp, excludesSite } from '../../../shared/policy/exclusions.ts';
import type { DayReport } from '../../../shared/protocol/http/day.ts';
import { HOUR, type UnixMs } from '../../../shared/time.ts';

/** How many entries of the hour before `now` each of these would have hidden, by its glob: applications, then sites. */
export function hiddenInLastHour(
  report: Pick<DayReport, 'apps' | 'sites'>,
  { apps, sites }: Exclusions,
  now: UnixMs,
): Readonly<Record<keyof Exclusions, ReadonlyMap<string, number>>> {
  const isRecent = ({ to }: { readonly to: UnixMs }) => to > now - HOUR;
  const [recentApps, recentSites] = [report.apps.filter(isRecent), report.sites.filter(isRecent)];
  const hiddenBy = (glob: string, kind: keyof Exclusions) =>
    kind === 'apps'
      ? recentApps.filter(({ label }) => excludesApp({ apps: [glob], sites: [] }, [label])).length
      : recentSites.filter(({ label }) => excludesSite({ apps: [], sites: [glob] }, hostOf(label))).length;
  return {
    apps: new Map(apps.map((glob) => [glob, hiddenBy(glob, 'apps')])),
    sites: new Map(sites.map((glob) => [glob, hiddenBy(glob, 'sites')])),
  };
}

/** A report names a site by its host, and where it was recorded with the path behind it. */
function hostOf(label: string): string {
  return label.split('/', 1)[0] ?? '';
}
