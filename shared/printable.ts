/**
 * One line as it may reach a terminal: names, messages and titles from outside could otherwise move the cursor, hide
 * text or write another line. Escape sequences (ECMA-48: CSI, and the strings OSC, DCS, SOS, PM, APC) go as a whole,
 * other control characters (C0, C1) become spaces, marks that turn the direction of writing go.
 */
export function printable(line: string): string {
  return line
    .replace(SEQUENCES, '')
    .replace(/\p{Cc}/gu, ' ')
    .replace(/[\u2028\u2029]/g, ' ')
    .replace(DIRECTION, '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what this removes
const SEQUENCES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[PX\]^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
