import type { Express, Response } from 'express';
import { ErasureId } from '../../shared/ids.ts';
import type { CertificateFile } from '../../shared/protocol/http/endings.ts';
import { stateWords } from '../lifecycle/cancellationWords.ts';
import { verifyCertificate } from '../lifecycle/certificate.ts';
import { certificateWords, destroyedWords, remainsWords } from '../lifecycle/certificateWords.ts';
import type { EndingNow } from '../lifecycle/endings.ts';
import { cellOf, FOOT, head, STYLE_SOURCE, tableHead, tableRow, text, time, words } from '../lifecycle/savedPage.ts';
import type { Context } from './context.ts';
import { sameDigest, sha256 } from './secrets.ts';

const FOLDER = '/certificate';

/** Under which whoever has the token reads the certificate: they have no account any more. */
export function certificatePath(ending: ErasureId, token: string): string {
  return `${FOLDER}/${ending}/${token}`;
}

/** Plain pages, without a script, and nothing of anybody else: for somebody who was here, in any browser, and on paper. */
export function mountCertificates(app: Express, context: Pick<Context, 'endings' | 'certificates'>): void {
  const { certificates } = context;
  app.get(`${FOLDER}/:ending/:token{/:file}`, async (request, response) => {
    response.set({
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
      'content-security-policy': `default-src 'none'; style-src ${STYLE_SOURCE}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    });
    const { ending: which, token, file: as } = request.params;
    const ending = await asked(context, which, token);
    if (ending === null) {
      sendNothing(response);
      return;
    }
    const file = await certificates.of(ending.ending);
    if (as === undefined) {
      response
        .type('html')
        .send(file === null ? pageOfProgress(ending) : pageOf(file, certificatePath(ending.ending, token)));
      return;
    }
    const read = file === null ? null : verifyCertificate(JSON.stringify(file), null);
    if (file === null || read?.kind !== 'genuine') {
      sendNothing(response);
      return;
    }
    const name = `daylight-certificate-${ending.ending}`;
    if (as === 'certificate.json') {
      response.attachment(`${name}.json`).send(`${JSON.stringify(file, null, 2)}\n`);
    } else if (as === 'certificate.txt') {
      response.attachment(`${name}.txt`).send(`${certificateWords(read.certificate, read.publicKey).join('\n')}\n`);
    } else sendNothing(response);
  });
}

/** Null for whoever guesses, who learns nothing of which endings there are. */
async function asked(
  { endings, certificates }: Pick<Context, 'endings' | 'certificates'>,
  which: string,
  token: string,
): Promise<EndingNow | null> {
  const id = ErasureId.safeParse(which).data;
  const ending = id === undefined ? null : endings.one(id);
  if (ending === null) return null;
  return sameDigest(sha256(await certificates.token(ending.ending)), sha256(token)) ? ending : null;
}

function sendNothing(response: Response): void {
  const page = `${head('There is nothing at this address', '')}<p>Look whether the whole address was copied: it ends in 43 characters after the last slash.</p>${FOOT}`;
  response.status(404).type('html').send(page);
}

function pageOfProgress(ending: EndingNow): string {
  const reached = [...ending.times].map(([state, at]) => ({ state, at }));
  return [
    head(ending.person === null ? 'This organisation is being ended' : 'This account is being ended', ''),
    '<p>The certificate is here as soon as nothing was found any more. Load this page again later.</p>',
    statesTable(reached),
    FOOT,
  ].join('');
}

/** What the certificate says, whether its signature is right, and how somebody finds out who does not believe this page. */
function pageOf(file: CertificateFile, path: string): string {
  const read = verifyCertificate(JSON.stringify(file), null);
  if (read.kind !== 'genuine') {
    return `${head('This certificate is not as it was signed', '')}<p>The file of it on the server was changed since. Tell the organisation that ran the account.</p>${FOOT}`;
  }
  const { certificate, publicKey } = read;
  const { kind, issuedAt, ending, person, org, orderedBy, states } = certificate;
  return [
    head(kind === 'final' ? 'Final certificate of an ending' : 'Interim certificate of an ending', ''),
    `<p><strong>${kind === 'final' ? 'Nothing is left of it anywhere that this server knows of.' : 'Nothing is left of it in the live system. What remains elsewhere, and until when, stands below.'}</strong></p>`,
    tableHead('What it is about', ['what', 'which']),
    tableRow([person === null ? 'Organisation' : 'Account', person ?? org]),
    ...(person === null ? [] : [tableRow(['In the organisation', org])]),
    tableRow(['Ending', ending]),
    tableRow(['Ordered by', orderedBy === 'host' ? 'whoever runs the server' : words(orderedBy)]),
    tableRow(['Issued', `${time(issuedAt)} UTC`]),
    END_OF_TABLE,
    '<h2>When</h2>',
    statesTable(states),
    '<h2>What was destroyed</h2><p>So many of each kind were deleted, and every key that opened them was destroyed.</p>',
    tableHead('What was destroyed', ['what', 'how many']),
    ...destroyedWords(certificate).map((row) => tableRow(row)),
    END_OF_TABLE,
    '<h2>What remains</h2>',
    `<ul>${remainsWords(certificate)
      .map((line) => `<li>${text(line)}</li>`)
      .join('')}</ul>`,
    '<h2>The signature</h2>',
    `<p><strong>The signature is right</strong>: this is what was signed with the key <code>${text(publicKey)}</code> (Ed25519).</p>`,
    `<p>You need not believe this page. Take <a href="${path}/certificate.json">the signed file</a> (or <a href="${path}/certificate.txt">its text</a>), and check it on any computer, without a network: <code>daylight-server verify-certificate FILE --key KEY</code>.
      By hand: the signature is Ed25519 over <code>daylight/certificate/v1</code>, a line feed, and the bytes of <code>signed.payload</code>, with <code>publicKey</code>, both in base64url. Anybody can sign with a key of their own: ask the organisation, in another way than by this page, which key is its server’s.</p>`,
    FOOT,
  ].join('\n');
}

const END_OF_TABLE = '</tbody></table></div>';

function statesTable(states: readonly { readonly state: keyof typeof stateWords; readonly at: number }[]): string {
  const rows = states.map(({ state, at }) => `<tr>${cellOf(`${time(at)} UTC`)}${cellOf(said(state))}</tr>`);
  return [tableHead('How it went', ['when', 'what']), ...rows, END_OF_TABLE].join('');
}

/** Without the name that a command puts before it in capitals. */
function said(state: keyof typeof stateWords): string {
  return stateWords[state].replace(/^[A-Z ]+ (?=[a-z])/, '');
}
