// Tells the Daylight agent on this computer which tab is in front, and nothing else.
//
// It is silent unless the agent has said `listen`. It has no access to the content of any page. Of a private window it
// says only that there is one; by default the browser does not even show it private windows, and then what it says is
// that no window has the focus. Addresses lose query, fragment and user info here, before they leave the browser.

const HOST = 'org.daylight.agent';
const REPEAT_MS = 5_000;
const WATCH_MS = 500;
const LONGEST_URL = 8_192;
const LONGEST_TITLE = 2_048;

const PROVEN_MS = 10_000;

let port = null;
let openedAt = 0;
let listening = false;
let turn = 0;
let told = { private: false, focused: false };
let toldAt = 0;

chrome.windows.onFocusChanged.addListener((id) => {
  // Losing the focus is told at once, without asking the browser what else there is.
  if (id === chrome.windows.WINDOW_ID_NONE) tell({ private: false, focused: false });
  else lookAndTell();
});
chrome.tabs.onActivated.addListener(lookAndTell);
chrome.tabs.onUpdated.addListener((_id, change, tab) => {
  if (tab.active && (change.url !== undefined || change.title !== undefined)) lookAndTell();
});
chrome.runtime.onStartup.addListener(connect);
chrome.runtime.onInstalled.addListener(connect);
setInterval(watch, WATCH_MS);
connect();

/**
 * The browser ends the native host with this port, which also keeps this worker from being put to sleep. Where there is no
 * host, the next event tries again; one that has worked and ended is asked for again at once.
 */
function connect() {
  if (port !== null) return;
  const opened = chrome.runtime.connectNative(HOST);
  port = opened;
  openedAt = Date.now();
  opened.onMessage.addListener((word) => {
    listening = word?.say === 'listen';
    if (listening) lookAndTell();
  });
  opened.onDisconnect.addListener(() => {
    void chrome.runtime.lastError; // reading it is how the browser is told that it was expected
    if (port !== opened) return;
    port = null;
    listening = false;
    if (Date.now() - openedAt > PROVEN_MS) setTimeout(connect, WATCH_MS);
  });
}

async function lookAndTell() {
  connect();
  if (!listening) return;
  const mine = ++turn;
  const word = await look();
  // Something newer has been looked at, or told, in the meantime.
  if (mine === turn) tell(word);
}

/**
 * While a window has the focus: looks whether it still has, because on Linux the browser tells of the loss to another
 * application only when the focus comes back. Looks and repeats itself every five seconds whatever was last said, so that
 * to the agent silence means that nobody is here.
 */
async function watch() {
  if (!listening) return;
  const isDue = Date.now() - toldAt >= REPEAT_MS;
  if (!isDue && !told.private && !told.focused) return;
  const mine = ++turn;
  const word = await look();
  if (mine === turn && (isDue || !same(word, told))) tell(word);
}

function same(a, b) {
  return a.private === b.private && a.focused === b.focused && a.url === b.url && a.title === b.title;
}

async function look() {
  const nothing = { private: false, focused: false };
  try {
    const front = await chrome.windows.getLastFocused();
    if (!front.focused) return nothing;
    if (front.incognito) return { private: true };
    const [tab] = await chrome.tabs.query({ active: true, windowId: front.id });
    if (tab === undefined) return nothing;
    if (tab.incognito) return { private: true };
    return {
      private: false,
      focused: true,
      url: recordable(tab.url),
      title: tab.title?.slice(0, LONGEST_TITLE) ?? null,
    };
  } catch {
    return nothing; // the window or tab has just been closed
  }
}

function tell(word) {
  turn += 1;
  if (!listening || port === null) return;
  told = word;
  toldAt = Date.now();
  port.postMessage({ browser: browserName(), ...word });
}

/** Scheme, host and path of a web page; null for anything else. */
function recordable(address) {
  if (address === undefined || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const bare = `${url.protocol}//${url.host}${url.pathname}`;
  return bare.length > LONGEST_URL ? `${url.protocol}//${url.host}/` : bare;
}

/** As the program is called, so that the agent can match it with the window in front. Only Firefox has the function. */
function browserName() {
  if (typeof chrome.runtime.getBrowserInfo === 'function') return 'firefox';
  const brands = (navigator.userAgentData?.brands ?? []).map(({ brand }) => brand);
  const known = [
    ['Microsoft Edge', 'msedge'],
    ['Brave', 'brave'],
    ['Opera', 'opera'],
    ['Vivaldi', 'vivaldi'],
    ['Google Chrome', 'chrome'],
    ['Chromium', 'chromium'],
  ];
  return known.find(([brand]) => brands.includes(brand))?.[1] ?? 'chromium';
}
