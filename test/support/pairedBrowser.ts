import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { agentCli, command } from './agentProcess.ts';
import type { ChromiumOptions } from './desktop.ts';
import type { Finished } from './nodeProcess.ts';

/** A web on this computer: every host name leads to a page that is titled by its path. */
export interface Site {
  readonly port: number;
  close(): void;
}

export async function startSite(): Promise<Site> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<title>Page ${request.url?.split('?')[0]}</title><p>text</p>`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

/** Pairs a browser that was never started with the agent of a folder, by the command that the employee runs. */
export async function pairBrowser(profile: string, data: string): Promise<Finished> {
  await mkdir(profile); // the browser makes it when it is first started
  return command(agentCli, ['extension', '--profile', profile, '--data', data]);
}

/** A browser with the extension, as it is in the sources, for which the whole web is `site`. */
export function onSite(site: Site, profile: string, url: string): ChromiumOptions {
  return {
    ...{ profile, url },
    extension: join(import.meta.dirname, '../../agent/browser-extension'),
    args: [`--host-resolver-rules=MAP * 127.0.0.1:${site.port}`],
  };
}
