import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { BrowserKind } from './extensionId.ts';

/** A browser that can be paired with this user's agent, and where it looks for native messaging manifests. */
export interface PairableBrowser {
  readonly name: string;
  readonly kind: BrowserKind;
  readonly hostsFolder: string;
}

export interface HomePlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** XDG Base Directory Specification: used on Linux when absolute. */
  readonly configHome: string | undefined;
}

/** The browsers that this user has started at least once: those with a folder of profiles where they keep it by default. */
export function browsersFound(place: HomePlace, exists: (path: string) => boolean = existsSync): PairableBrowser[] {
  const chromiums = chromiumFolders(place)
    .filter(([, folder]) => exists(folder))
    .map(([name, folder]) => chromiumIn(folder, name));
  const firefox = firefoxFolders(place).find(([folder]) => exists(folder));
  return firefox === undefined
    ? chromiums
    : [...chromiums, { name: 'Firefox', kind: 'firefox', hostsFolder: firefox[1] }];
}

/** The browser whose folder of profiles this is. */
export function chromiumIn(profileFolder: string, name = 'The browser'): PairableBrowser {
  return { name, kind: 'chromium', hostsFolder: join(profileFolder, 'NativeMessagingHosts') };
}

/** Chrome for Developers and Microsoft Learn, "Native messaging"; the others keep to what Chromium does. */
function chromiumFolders({ platform, home, configHome }: HomePlace): [name: string, folder: string][] {
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support');
    return [
      ['Google Chrome', join(support, 'Google', 'Chrome')],
      ['Chromium', join(support, 'Chromium')],
      ['Microsoft Edge', join(support, 'Microsoft Edge')],
      ['Brave', join(support, 'BraveSoftware', 'Brave-Browser')],
      ['Vivaldi', join(support, 'Vivaldi')],
    ];
  }
  if (platform !== 'linux') return [];
  const config = configHome !== undefined && isAbsolute(configHome) ? configHome : join(home, '.config');
  return [
    ['Google Chrome', join(config, 'google-chrome')],
    ['Google Chrome Beta', join(config, 'google-chrome-beta')],
    ['Chromium', join(config, 'chromium')],
    ['Microsoft Edge', join(config, 'microsoft-edge')],
    ['Brave', join(config, 'BraveSoftware', 'Brave-Browser')],
    ['Vivaldi', join(config, 'vivaldi')],
  ];
}

/**
 * The folder that shows that Firefox is used, and that of its manifests. On Linux it is `~/.mozilla` where that exists, and
 * otherwise the XDG folder: making `~/.mozilla` for a Firefox that has its profiles elsewhere would let it lose them.
 */
function firefoxFolders({ platform, home, configHome }: HomePlace): [folder: string, hosts: string][] {
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support');
    return [[join(support, 'Firefox'), join(support, 'Mozilla', 'NativeMessagingHosts')]];
  }
  if (platform !== 'linux') return [];
  const config = configHome !== undefined && isAbsolute(configHome) ? configHome : join(home, '.config');
  return [join(home, '.mozilla'), join(config, 'mozilla')].map((folder) => [
    folder,
    join(folder, 'native-messaging-hosts'),
  ]);
}
