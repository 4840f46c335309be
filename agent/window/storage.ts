/** Everything the page keeps in the browser, for as long as its tab is open: the secret that lets it in. */
export const SECRET_KEY = 'daylight-window';
export const storedKeys: readonly string[] = [SECRET_KEY];
