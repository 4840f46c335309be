import type { WipeReport } from '../../shared/protocol/window.ts';
import { say } from './say.ts';

/** What there is to say of an account that has ended, beyond what was deleted here: the server's part, the certificate, and whether it was told. */
export function endedLines({ ending, certificate, answered }: NonNullable<WipeReport['ended']>): readonly string[] {
  return [
    say('accountEnded.server'),
    certificate === null ? say('accountEnded.reference', { ending }) : say('accountEnded.certificate', { certificate }),
    say(answered ? 'accountEnded.told' : 'accountEnded.notTold'),
  ];
}
