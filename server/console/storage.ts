/** Everything the console keeps in the browser: whether it is light or dark. No data, no token, no name. */
export const COLOR_SCHEME_KEY = 'daylight-color-scheme';
export const storedKeys: readonly string[] = [COLOR_SCHEME_KEY];
