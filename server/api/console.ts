import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express, type Response } from 'express';

/**
 * Serves the console's built files; every address that is not a file is the console's own page. Where the console was not
 * built, one page says so.
 */
export function mountConsole(app: Express, folder: string | null): void {
  const page = folder === null ? null : join(folder, 'index.html');
  if (folder === null || page === null || !existsSync(page)) {
    app.get('/{*path}', (_request, response) => notBuilt(response));
    return;
  }
  // Names of built assets carry a digest of their content.
  app.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '365d', fallthrough: false }));
  app.use(express.static(folder, { index: false, dotfiles: 'ignore' }));
  app.get('/{*path}', (_request, response) => {
    response.set('cache-control', 'no-cache').sendFile(page);
  });
}

function notBuilt(response: Response): void {
  response
    .status(503)
    .type('html')
    .send(
      '<!doctype html><html lang="en"><meta charset="utf-8"><title>Daylight</title><h1>The console is not built</h1>' +
        '<p>The server runs, and agents can connect. Run <code>npm run build</code>, then start the server again.</p></html>',
    );
}
