import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { type BrowserKind, NATIVE_HOST_NAME } from './extensionId.ts';

/** A browser that can be paired with this user's agent. */
export interface PairableBrowser {
  readonly name: string;
  readonly kind: BrowserKind;
  /** Where it looks for the native host: the path of a manifest, or on Windows a key of the registry. */
  readonly place: string;
}

export interface HomePlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** XDG Base Directory Specification: used on Linux when absolute. */
  readonly configHome: string | undefined;
  /** Windows: this account's application data, where browsers keep their profiles. */
  readonly localAppData?: string | undefined;
  readonly appData?: string | undefined;
}

/** The browsers that this user has started at least once: those with a folder of profiles where they keep it by default. */
export function browsersFound(place: HomePlace, exists: (path: string) => boolean = existsSync): PairableBrowser[] {
  if (place.platform === 'win32') return browsersInRegistry(place, exists);
  const chromiums = chromiumFolders(place)
    .filter(([, folder]) => exists(folder))
    .map(([name, folder]) => chromiumIn(folder, name));
  const firefox = firefoxFolders(place).find(([folder]) => exists(folder));
  return firefox === undefined
    ? chromiums
    : [...chromiums, { name: 'Firefox', kind: 'firefox', place: join(firefox[1], MANIFEST) }];
}

/** The browser whose folder of profiles this is. */
export function chromiumIn(profileFolder: string, name = 'The browser'): PairableBrowser {
  return { name, kind: 'chromium', place: join(resolve(profileFolder), 'NativeMessagingHosts', MANIFEST) };
}

const MANIFEST = `${NATIVE_HOST_NAME}.json`;

/** One for each key; Brave and Vivaldi read that of Chrome. */
function browsersInRegistry(place: HomePlace, exists: (path: string) => boolean): PairableBrowser[] {
  return windowsKeys(place).flatMap(([vendor, kind, browsers]) => {
    const names = browsers.filter(([, folder]) => exists(folder)).map(([name]) => name);
    const key = `HKCU\\Software\\${vendor}\\NativeMessagingHosts\\${NATIVE_HOST_NAME}`;
    return names.length === 0 ? [] : [{ name: names.join(' and '), kind, place: key }];
  });
}

type WindowsKey = [vendor: string, kind: BrowserKind, browsers: [name: string, folder: string][]];

/** Chrome for Developers and Microsoft Learn, "Native messaging"; MDN, "Native manifests". */
function windowsKeys({ home, localAppData, appData }: HomePlace): WindowsKey[] {
  const local = localAppData ?? join(home, 'AppData', 'Local');
  const roaming = appData ?? join(home, 'AppData', 'Roaming');
  const profiles = (...names: string[]): string => join(local, ...names, 'User Data');
  return [
    [
      'Google\\Chrome',
      'chromium',
      [
        ['Google Chrome', profiles('Google', 'Chrome')],
        ['Brave', profiles('BraveSoftware', 'Brave-Browser')],
        ['Vivaldi', profiles('Vivaldi')],
      ],
    ],
    ['Chromium', 'chromium', [['Chromium', profiles('Chromium')]]],
    ['Microsoft\\Edge', 'chromium', [['Microsoft Edge', profiles('Microsoft', 'Edge')]]],
    ['Mozilla', 'firefox', [['Firefox', join(roaming, 'Mozilla', 'Firefox')]]],
  ];
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
