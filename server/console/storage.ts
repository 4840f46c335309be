/**
 * Everything the console keeps in the browser: whether it is light or dark. No data, no token, no name. The history of a tab holds
 * what it holds of every page, the addresses, and beside them for what their viewer looked (`day/purposes.ts`),
 * and on the last page of an organisation the address of its certificate.
 */
export const COLOR_SCHEME_KEY = 'daylight-color-scheme';
export const storedKeys: readonly string[] = [COLOR_SCHEME_KEY];
