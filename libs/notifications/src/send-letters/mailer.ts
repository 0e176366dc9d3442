import type { Rendered } from '../letters/letter';

export interface Mail extends Rendered {
  readonly to: string;
  /** The same id for all attempts to send the e-mail, so that a mail program can recognise a repeated e-mail. */
  readonly messageId: string;
}

/** Gives an e-mail to a mail server. Rejects if the server does not accept it. */
export abstract class Mailer {
  abstract send(mail: Mail): Promise<void>;
}
