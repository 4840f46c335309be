/**
 * Every word that the page says, apart from those of the agent, which are the same in a terminal. `{name}` is filled in
 * by `say`; `stem.one` and `stem.other` are chosen by `count`.
 */
export const en = {
  'ended.title': 'The agent has ended',
  'ended.desktop': 'Start Daylight again.',
  'noEntry.title': 'This window has ended',
  'noEntry.text': 'Open a new one with "daylight-agent window". An address works once, within a minute.',
  'unreachable.title': 'The agent does not answer',
  'unreachable.text': 'See the terminal that it runs in. Then open a new window with "daylight-agent window".',
  'days.one': '{count} day',
  'days.other': '{count} days',
} as const;
