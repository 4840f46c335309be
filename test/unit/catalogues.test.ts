import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { en as agentWords } from '../../agent/strings/en.ts';
import { en as consoleWords } from '../../server/console/strings/en.ts';

/** What a person reads in these folders stands in the catalogue beside them, so that another language is another catalogue. */
interface Face {
  readonly name: string;
  readonly words: Readonly<Record<string, string>>;
  readonly catalogue: string;
  /** Nothing here may say words of its own. */
  readonly folders: readonly string[];
  /** Here the catalogue is spoken too, beside words that only a terminal or a program reads. */
  readonly alsoSpokenIn: readonly string[];
}

const faces: readonly Face[] = [
  {
    name: 'console',
    words: consoleWords,
    catalogue: 'server/console/strings/',
    folders: ['server/console'],
    alsoSpokenIn: [],
  },
  {
    name: 'agent',
    words: agentWords,
    catalogue: 'agent/strings/',
    folders: ['agent/window', 'agent/desktop', 'agent/strings'],
    alsoSpokenIn: ['agent/core', 'agent/cli', 'agent/extensionCommand.ts', 'agent/pairingWords.ts'],
  },
];

/** Read by programs and by those who look after one, not by the person: a line of JSON, and standard error of a native host. */
const NOT_READ = ['agent/desktop/selfTest.ts', 'agent/desktop/nativeHost.ts'];

/** Properties and attributes that reach a person even where their value is one word. */
const READ = new Set([
  ...['alt', 'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'body', 'buttons', 'caption'],
  ...[
    'description',
    'detail',
    'error',
    'label',
    'message',
    'placeholder',
    'problem',
    'remedy',
    'said',
    'text',
    'title',
  ],
  ...['toolTip', 'tooltip', 'why', 'words'],
]);

/** Their arguments are what a menu, a tip or a message shows. */
const SHOWS = new Set(['words', 'choice', 'tick', 'notify', 'announce', 'inform', 'refused', 'problem', 'setToolTip']);

/** Text that a person would read: two words beside each other. */
const PROSE = /\p{L}[\p{L}’']+[,;:.!?…]? \p{L}/u;
const A_WORD = /\p{L}{2,}/u;
/** Commands to be typed as they are, the head of a desktop entry, a content security policy: read by programs. */
const IN_A_FORM = /^(daylight-(agent|server) |\[Desktop Entry\]|default-src )/;

test.each(faces)('in the $name every word that a person reads is said by the catalogue', (face) => {
  const own = sources(face.folders).filter(({ path }) => !path.startsWith(face.catalogue) && !NOT_READ.includes(path));
  expect(own.length).toBeGreaterThan(20);
  expect(own.flatMap((source) => (source.path.endsWith('.html') ? htmlWords(source) : writtenWords(source)))).toEqual(
    [],
  );
});

test.each(faces)('the $name says every string of its catalogue', (face) => {
  const said = sources([...face.folders, ...face.alsoSpokenIn])
    .filter(({ path }) => !path.endsWith('strings/en.ts'))
    .flatMap(({ path, text }) => (path.endsWith('.html') ? htmlKeys(text) : literals(path, text)));
  const exact = new Set(said.filter((one) => typeof one === 'string'));
  const patterns = said.filter((one) => one instanceof RegExp);
  const isSaid = (key: string) => exact.has(key) || patterns.some((pattern) => pattern.test(key));
  const unused = Object.keys(face.words).filter(
    (key) => !isSaid(key) && !isSaid(stemOf(key)) && !NAMED_BY_THE_SERVER.test(key),
  );
  expect(unused).toEqual([]);
});

/** A look that was refused is named by its action (server/authorize.ts), which no literal of the console holds. */
const NAMED_BY_THE_SERVER = /^action\.of\.\w+\.read$/;

test.each(faces)('a sentence of the $name is written once', (face) => {
  // The server names what is wrong by code and field, and two of those may be said alike.
  const sentences = Object.entries(face.words).filter(([key, text]) => isSentence(text) && !key.startsWith('refused.'));
  const keys = new Map<string, string[]>();
  for (const [key, text] of sentences) keys.set(text, [...(keys.get(text) ?? []), key]);
  expect([...keys].filter(([, same]) => same.length > 1)).toEqual([]);
});

test('no sentence of the agent’s catalogue is written a second time in the agent or the contract', () => {
  const sentences = new Set<string>(Object.values(agentWords).filter(isSentence));
  const elsewhere = sources(['agent', 'shared'])
    .filter(({ path }) => path.endsWith('.ts') || path.endsWith('.tsx'))
    .filter(({ path }) => path !== 'agent/strings/en.ts')
    .flatMap(({ path, text }) =>
      literals(path, text)
        .filter((one) => typeof one === 'string')
        .filter((one) => sentences.has(one))
        .map((one) => `${path}: ${one}`),
    );
  expect(elsewhere).toEqual([]);
});

test.each(faces)(
  'the $name changes no letters of its words, and writes dates, numbers and lists by the catalogue alone',
  (face) => {
    const tricks =
      /\.to(Lower|Upper|LocaleLower|LocaleUpper)Case\(|\.toLocale\w*\(|\bIntl\.|\.toFixed\(|\.join\(', '\)/;
    const found = sources([...face.folders, ...face.alsoSpokenIn])
      .filter(({ path }) => !path.startsWith(face.catalogue) && !NOT_WORDS.includes(path))
      .filter(({ path, text }) => (face.folders.some((folder) => path.startsWith(folder)) ? tricks : CASE).test(text))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  },
);

const CASE = /\.to(Locale)?(Lower|Upper)Case\(/;
/** Names of programs and what was typed into a search are compared without regard to case; nobody reads the outcome. */
const NOT_WORDS = ['server/console/people/search.ts', 'agent/core/sensors/browser.ts'];

/** Words of a page's HTML: all text, and all attributes that are read, but for what the build fills in. */
function htmlWords({ path, text }: Source): string[] {
  const markup = text.replace(/\{\{[\w.]+\}\}/g, '').replace(/<svg[\s\S]*?<\/svg>/g, '');
  const texts = markup.replace(/<[^>]*>/g, '\n').split('\n');
  const attributes = [...markup.matchAll(/\b(alt|aria-label|placeholder|title)="([^"]*)"/g)].map(
    ([, , value]) => value ?? '',
  );
  return [...texts, ...attributes].filter((one) => A_WORD.test(one)).map((one) => `${path}: ${one.trim()}`);
}

function htmlKeys(text: string): string[] {
  return [...text.matchAll(/\{\{([\w.]+)\}\}/g)].map(([, key]) => key ?? '');
}

function writtenWords({ path, text }: Source): string[] {
  const found: string[] = [];
  const tell = (node: ts.Node, words: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1}: ${words.trim()}`);
  };
  const file = parsed(path, text);
  const visit = (node: ts.Node): void => {
    const words = wordsOf(node);
    if (words !== null && !isForNobody(node) && (PROSE.test(words) || (A_WORD.test(words) && isRead(node))))
      tell(node, words);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The text of a literal, what is filled in left out. */
function wordsOf(node: ts.Node): string | null {
  if (ts.isJsxText(node)) return node.text.trim();
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(' … ');
  return null;
}

/** What is no word: the name of a module or a class, a key of the catalogue, an error of the program for its makers. */
function isForNobody(node: ts.Node): boolean {
  if (IN_A_FORM.test(wordsOf(node) ?? '')) return true;
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isImportDeclaration(at) || ts.isExportDeclaration(at) || ts.isTypeNode(at)) return true;
    if (ts.isJsxAttribute(at)) return at.name.getText() === 'className';
    if (ts.isNewExpression(at)) return ['Error', 'TypeError'].includes(at.expression.getText());
    if (ts.isCallExpression(at)) return ['say', 'count'].includes(at.expression.getText());
    if (ts.isStatement(at)) return false;
  }
  return false;
}

/** Whether a literal stands where even a single word is shown. */
function isRead(node: ts.Node): boolean {
  if (ts.isJsxText(node)) return true;
  const { parent } = node;
  if (ts.isJsxExpression(parent)) return ts.isJsxAttribute(parent.parent) ? isReadName(parent.parent.name) : true;
  if (ts.isJsxAttribute(parent)) return isReadName(parent.name);
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && isReadName(parent.name);
  if (ts.isCallExpression(parent)) return SHOWS.has(lastName(parent.expression)) && parent.expression !== node;
  if (ts.isConditionalExpression(parent)) return parent.condition !== node && isRead(parent);
  if (ts.isArrayLiteralExpression(parent) || ts.isParenthesizedExpression(parent)) return isRead(parent);
  if (ts.isBinaryExpression(parent)) return isLogical(parent.operatorToken.kind) && isRead(parent);
  return false;
}

function isLogical(kind: ts.SyntaxKind): boolean {
  return [
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.AmpersandAmpersandToken,
    ts.SyntaxKind.QuestionQuestionToken,
  ].includes(kind);
}

function isReadName(name: ts.Node): boolean {
  return READ.has(name.getText().replaceAll("'", ''));
}

function lastName(called: ts.Expression): string {
  return ts.isPropertyAccessExpression(called) ? called.name.text : called.getText();
}

/** Every literal of a file: its text, or where something is filled in the form that it takes. */
function literals(path: string, text: string): (string | RegExp)[] {
  const found: (string | RegExp)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
    if (ts.isTemplateExpression(node)) {
      const parts = [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((part) => escaped(part.text));
      // A form of which only the end is known would say everything.
      if (node.head.text !== '') found.push(new RegExp(`^${parts.join('\\w+')}$`));
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed(path, text));
  return found;
}

/** `files` of `files.one`: the forms of a number are chosen by `count`. */
function stemOf(key: string): string {
  return key.replace(/\.(zero|one|two|few|many|other)$/, '');
}

function isSentence(text: string): boolean {
  return PROSE.test(text) && /[.!?]$/.test(text);
}

interface Source {
  readonly path: string;
  readonly text: string;
}

function sources(places: readonly string[]): Source[] {
  return places
    .flatMap((place) => (place.endsWith('.ts') ? [place] : filesOf(place)))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(cts|tsx?|html)$/.test(entry.name) && !entry.name.endsWith('.config.ts'))
    .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/'));
}

function parsed(path: string, text: string): ts.SourceFile {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
}

function escaped(text: string): string {
  return text.replace(/[$.*+?^(){}|[\]\\]/g, '\\$&');
}
