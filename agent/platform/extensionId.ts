/** Follows from the public key in the extension's manifest (the first 16 bytes of its SHA-256, as letters a to p). */
export const EXTENSION_ID = 'pfpepggpggbnilbklfabjgeeplkhafaf';
export const EXTENSION_ORIGIN = `chrome-extension://${EXTENSION_ID}/`;

/** Firefox takes the id that the manifest states. */
export const FIREFOX_ID = 'daylight-agent@daylight.org';

/** The name under which browsers know the native host. */
export const NATIVE_HOST_NAME = 'org.daylight.agent';

export type BrowserKind = 'chromium' | 'firefox';

/**
 * Which kind of browser started the native host for the Daylight extension; null: none did. Chromium gives the origin of
 * the extension first, Firefox the path of the host's manifest and then the id of the extension (MDN, "Native messaging").
 */
export function startedFor([first, second]: readonly string[]): BrowserKind | null {
  if (first === EXTENSION_ORIGIN) return 'chromium';
  const isManifest = first !== undefined && /[/\\]/.test(first) && first.endsWith(`${NATIVE_HOST_NAME}.json`);
  return isManifest && second === FIREFOX_ID ? 'firefox' : null;
}

/** What a browser reads of a native host: what it may start, and for which extension. */
export interface NativeManifest {
  readonly name: string;
  readonly description: string;
  readonly path: string;
  readonly type: 'stdio';
  readonly allowed_origins?: readonly string[];
  readonly allowed_extensions?: readonly string[];
}

/** The manifest that lets exactly the Daylight extension start `launcher`. */
export function nativeManifest(kind: BrowserKind, launcher: string): NativeManifest {
  const allowed = kind === 'firefox' ? { allowed_extensions: [FIREFOX_ID] } : { allowed_origins: [EXTENSION_ORIGIN] };
  return {
    name: NATIVE_HOST_NAME,
    description: 'Daylight agent on this computer',
    path: launcher,
    type: 'stdio',
    ...allowed,
  };
}
