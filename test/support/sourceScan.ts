import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');

/** One word of a program: an identifier, or the text of a string. Comments are not words of it. */
export interface SourceWord {
  readonly file: string;
  readonly kind: 'identifier' | 'text';
  readonly word: string;
}

/** Every file of these folders and files, relative to the repository, whose name ends in one of `endings`. */
export function sourceFiles(folders: readonly string[], endings: readonly string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

export function readSource(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The identifiers and strings of a TypeScript or JavaScript source. */
export function wordsOf(file: string, source: string): SourceWord[] {
  const words: SourceWord[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node))
      words.push({ file, kind: 'identifier', word: node.text });
    else if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
      words.push({ file, kind: 'text', word: node.text });
    } else if (ts.isJsxText(node)) words.push({ file, kind: 'text', word: node.text });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest));
  return words;
}

/** Names of the modules that a source imports, statically or not. */
export function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}
