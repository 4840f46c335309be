// Preloaded: stands for the module `electron` where its binary is not, and writes every use of it to the file that the environment
// names, so that a test sees what the real entry of the desktop does with it before Electron is there.
import { appendFileSync, readFileSync } from 'node:fs';
import { register } from 'node:module';

const entry = readFileSync(new URL('../../agent/desktop/main.ts', import.meta.url), 'utf8');
const parts = entry.match(/import \{([^}]+)\} from 'electron'/)[1].match(/\w+/g);
const used = (line) => appendFileSync(process.env.ELECTRON_TRACE, `${line}\n`);

function traced(name) {
  return new Proxy(function part() {}, {
    get: (_, key) => {
      if (typeof key === 'symbol' || key === 'then') return undefined;
      if (name === 'app' && key === 'isPackaged') return true;
      return traced(`${name}.${key}`);
    },
    construct: () => {
      used(`new ${name}`);
      return {};
    },
    apply: (_, __, args) => {
      used([name, ...args].join(' '));
      if (name === 'app.exit') process.exit(args[0]);
    },
  });
}

globalThis.tracedElectron = Object.fromEntries(parts.map((part) => [part, traced(part)]));
const source = parts.map((part) => `export const ${part} = globalThis.tracedElectron.${part};`).join('\n');
const module = JSON.stringify(`data:text/javascript,${encodeURIComponent(source)}`);
const hooks = `export const resolve = async (specifier, context, next) =>
  specifier === 'electron' ? { url: ${module}, shortCircuit: true } : next(specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
