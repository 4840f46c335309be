import type { ActiveWindow } from '../core/ports.ts';

/**
 * What a rule may call a program: lower case, no path (which can hold a person's name), no extension. The executable
 * decides, because a window can choose its class; only where that is an interpreter, or unknown, the class does.
 */
export function programName(path: string | undefined, app: string): string {
  const file = cleanName(path ?? '');
  return file === '' || interpreters.test(file) ? cleanName(app) || file : file;
}

interface FoundWindow {
  readonly app: string;
  readonly path: string | undefined;
  readonly title: string | null;
  readonly remote?: boolean;
}

/** A window as the core sees it: text bounded and without control characters, an empty title is none. */
export function describeWindow(found: FoundWindow): ActiveWindow {
  const app = printable(found.app).slice(0, 128);
  const title = printable(found.title ?? '').slice(0, 4_096);
  const program = programName(found.path, app);
  const origin = found.remote === true ? { remote: true } : {};
  return { app: app === '' ? program : app, program, title: title === '' ? null : title, ...origin };
}

const interpreters =
  /^(python[\d.]*|perl[\d.]*|ruby[\d.]*|java|javaw|node|nodejs|electron\d*|mono|wine(64)?-preloader|wine(64)?|bwrap)$/;

const extensions = /(\.(exe|app|appimage|bin|sh|py|jar|com)| \(deleted\))+$/;

function cleanName(name: string): string {
  const file = printable(name).split(/[/\\]/).at(-1) ?? '';
  return file.toLowerCase().replace(extensions, '').trim().slice(0, 128);
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what this removes
  return text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .toWellFormed();
}
