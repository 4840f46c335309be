import { AcknowledgementPayload } from '../../../shared/protocol/messages.ts';
import { Signed } from '../../../shared/signed.ts';
import type { Folder } from '../files.ts';

/** The signed acknowledgement of a notice, kept until a lease shows what was acknowledged. */
export interface AcknowledgementBox {
  keep(acknowledgement: Signed): Promise<void>;
  /** Null when there is none. A damaged one, or one of a form that is not used any more, is none: the employee is asked again. */
  waiting(): Promise<Signed | null>;
  answered(): Promise<void>;
}

const FILE = 'acknowledgement.json';

export function createAcknowledgementBox(files: Folder): AcknowledgementBox {
  return {
    keep: (acknowledgement) => files.write(FILE, JSON.stringify(acknowledgement)),
    async waiting() {
      const bytes = await files.read(FILE);
      if (bytes === null) return null;
      try {
        const signed = Signed.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
        AcknowledgementPayload.parse(JSON.parse(signed.payload));
        return signed;
      } catch {
        return null;
      }
    },
    async answered() {
      if ((await files.read(FILE)) !== null) await files.remove(FILE);
    },
  };
}
