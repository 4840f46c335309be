import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Writes a self-signed certificate for `localhost` and its key (P-256), as PEM, good for two days. */
export async function makeCertificate(cert: string, key: string): Promise<void> {
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
  ]);
}
