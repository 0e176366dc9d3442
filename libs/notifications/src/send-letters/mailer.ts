import type { Rendered } from '../letters/letter';

export interface Mail extends Rendered {
  readonly to: string;
  /** The same for every attempt, so that the recipient's mail program recognises a repeated e-mail. */
  readonly messageId: string;
}

/** Gives an e-mail to a server that delivers it. Rejects if the server does not take it. */
export abstract class Mailer {
  abstract send(mail: Mail): Promise<void>;
}
