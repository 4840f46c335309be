import type { Plugin } from 'vite';

/**
 * Fills each `{{key}}` of a page's index.html from the catalogue, when it is built: what stands there before any script runs, or
 * where none runs, is said by the catalogue like everything else. A key that the catalogue does not have ends the build.
 */
export function spoken(catalogue: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'daylight-spoken',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => html.replace(/\{\{([\w.]+)\}\}/g, (_, key: string) => escaped(textOf(catalogue, key))),
    },
  };
}

function textOf(catalogue: Readonly<Record<string, string>>, key: string): string {
  const text = catalogue[key];
  if (text === undefined) throw new Error(`index.html: expected a key of the catalogue, got ${key}`);
  return text;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
