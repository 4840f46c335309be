/** How a program was started: what a person types, in the same place, to give it another command. */
export interface Typed {
  /** As messages call it, such as `daylight-agent`. */
  readonly name: string;
  readonly start: string;
  /** The data folder, where it was given as an option: every other command needs it, too. */
  readonly data: string | null;
  /** Windows' shells quote otherwise. */
  readonly isWindows: boolean;
}

interface Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: string;
}

/** `argv`, `env`, `cwd` and `platform` as of Node's `process`. */
export function howTyped(name: string, { argv, env, cwd, platform }: Process): Typed {
  const [, script = name, ...given] = argv;
  const isWindows = platform === 'win32';
  return { name, isWindows, start: startOf(name, script, env, cwd, isWindows), data: dataIn(given, cwd) };
}

/** Messages name commands in quotes, as an installed program is called; this makes of them what can be typed here. */
export function asTyped(line: string, { name, start, data, isWindows }: Typed): string {
  return line.replace(new RegExp(`(["\`])${name} ([^"\`\\\\]+)\\1`, 'g'), (_, quote: string, command: string) => {
    const isWhole = data === null || command.startsWith('-') || command.includes('--data');
    return `${quote}${start} ${command}${isWhole ? '' : ` --data ${asWord(data, isWindows)}`}${quote}`;
  });
}

/**
 * npx puts the link that it made in the place of the script; what lies on the PATH is a link of the same name. Whoever
 * runs the sources knows how.
 */
function startOf(name: string, script: string, env: Process['env'], cwd: string, isWindows: boolean): string {
  if (/[^/\\]+$/.exec(script)?.[0] === name) return env['npm_command'] === 'exec' ? `npx ${name}` : name;
  return script.endsWith('.ts') ? name : `node ${asWord(below(script, cwd), isWindows)}`;
}

/** Of several the last one counts, in either form. */
function dataIn(given: readonly string[], cwd: string): string | null {
  const at = given.findLastIndex((word) => word === '--data' || word.startsWith('--data='));
  const data = given[at] === '--data' ? given[at + 1] : given[at]?.slice('--data='.length);
  return data === undefined || data === '' ? null : below(data, cwd);
}

function below(path: string, folder: string): string {
  const isBelow = path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
  return isBelow ? path.slice(folder.length + 1) : path;
}

/** As a shell of that system takes it for one word. */
export function asWord(path: string, isWindows: boolean): string {
  if (isWindows) return /^[\w@+=:,./\\~-]+$/.test(path) ? path : `"${path.replace(/\\+$/, '$&$&')}"`;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
