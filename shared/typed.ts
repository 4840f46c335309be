/** How a program was started: what a person types, in the same place, to give it another command. */
export interface Typed {
  /** As messages call it, such as `daylight-agent`. */
  readonly name: string;
  readonly start: string;
  /** The data folder, where it was given as an option: every other command needs it, too. */
  readonly data: string | null;
}

interface Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** `argv`, `env` and `cwd` as of Node's `process`. */
export function howTyped(name: string, { argv, env, cwd }: Process): Typed {
  const [, script = name, ...given] = argv;
  return { name, start: startOf(name, script, env, cwd), data: dataIn(given, cwd) };
}

/** Messages name commands in quotes, as an installed program is called; this makes of them what can be typed here. */
export function asTyped(line: string, { name, start, data }: Typed): string {
  return line.replace(new RegExp(`(["\`])${name} ([^"\`\\\\]+)\\1`, 'g'), (_, quote: string, command: string) => {
    const isWhole = data === null || command.startsWith('-') || command.includes('--data');
    return `${quote}${start} ${command}${isWhole ? '' : ` --data ${asWord(data)}`}${quote}`;
  });
}

/**
 * npx puts the link that it made in the place of the script; what lies on the PATH is a link of the same name. Whoever
 * runs the sources knows how.
 */
function startOf(name: string, script: string, env: Process['env'], cwd: string): string {
  if (/[^/\\]+$/.exec(script)?.[0] === name) return env['npm_command'] === 'exec' ? `npx ${name}` : name;
  return script.endsWith('.ts') ? name : `node ${asWord(below(script, cwd))}`;
}

function dataIn(given: readonly string[], cwd: string): string | null {
  const at = given.lastIndexOf('--data');
  const joined = given.findLast((word) => word.startsWith('--data='))?.slice('--data='.length);
  const data = (at === -1 ? undefined : given[at + 1]) ?? joined;
  return data === undefined || data === '' ? null : below(data, cwd);
}

function below(path: string, folder: string): string {
  const isBelow = path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
  return isBelow ? path.slice(folder.length + 1) : path;
}

function asWord(path: string): string {
  return /^[\w@%+=:,./\\~-]+$/.test(path) ? path : `'${path}'`;
}
