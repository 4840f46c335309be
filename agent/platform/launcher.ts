import { DaylightError } from '../../shared/errors.ts';

/** What a browser on Linux and macOS starts: a script for /bin/sh that becomes `command`, with what the browser adds. */
export function shellScript(command: readonly string[]): string {
  return `#!/bin/sh\nexec ${command.map(shellQuoted).join(' ')} "$@"\n`;
}

/**
 * What a browser on Windows starts, where a host has to be an .exe or a .bat: the two arguments of the browser that name the
 * extension are quoted anew, so that cmd.exe takes nothing in them for an order. UTF-8 without a mark at its beginning.
 */
export function batchFile(command: readonly string[]): string {
  const words = command.map(batchQuoted).join(' ');
  // cmd.exe reads the file in the code page of the console. What chcp says must not reach the browser.
  const inUtf8 = /^[\x20-\x7e]*$/.test(words) ? [] : ['chcp 65001 >nul'];
  const lines = ['@echo off', 'setlocal DisableDelayedExpansion', ...inUtf8, `${words} "%~1" "%~2"`];
  return lines.map((line) => `${line}\r\n`).join('');
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Between quotes only `%` means anything to cmd.exe; a backslash before the closing one would mean something to the program. */
function batchQuoted(word: string): string {
  if (/["\r\n\0]/.test(word)) {
    throw new DaylightError(
      'bad_request',
      'a path with a quotation mark or a line break cannot be started by a browser',
      {
        remedy: 'choose another data folder with --data',
      },
    );
  }
  return `"${word.replaceAll('%', '%%').replace(/\\+$/, '$&$&')}"`;
}
