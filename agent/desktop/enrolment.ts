import { z } from 'zod';
import { EnrolmentCode } from '../../shared/protocol/http/enrolment.ts';
import { NoticeView } from '../../shared/protocol/http/notice.ts';
import { PageRequest } from '../../shared/protocol/window.ts';
import { say } from '../strings/say.ts';

/** What the page of a computer that is not enrolled may ask of the shell, through the same bridge as everything else. */
const server = z.string().trim().min(1, say('enrol.serverExpected')).max(300);
export const EnrolmentRequest = z.discriminatedUnion('command', [
  /** Who invites whom, and what would be collected. Does not use the code up. */
  z.strictObject({ command: z.literal('invitation'), server, code: EnrolmentCode }),
  /**
   * Enrols with the invitation that was shown last. `acknowledge`: the number of the notice that the person has read and
   * acknowledges; null: later, and nothing is collected until they do.
   */
  z.strictObject({
    command: z.literal('enrol'),
    acknowledge: z.int().min(1).nullable(),
    autostart: z.boolean(),
    ofAge: z.boolean(),
  }),
]);
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>;

export interface InvitationView {
  readonly organisation: string;
  readonly person: string;
  readonly notice: z.infer<typeof NoticeView>;
  /** The server's key, to be compared with what the administrator sees. */
  readonly fingerprint: string;
}

export const ShellRequest = z.discriminatedUnion('command', [PageRequest, EnrolmentRequest]);
export type ShellRequest = z.infer<typeof ShellRequest>;

export function isEnrolment(request: ShellRequest): request is EnrolmentRequest {
  return request.command === 'invitation' || request.command === 'enrol';
}
