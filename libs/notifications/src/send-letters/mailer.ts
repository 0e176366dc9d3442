import type { Rendered } from '../letters/letter';

export interface Mail extends Rendered {
  readonly to: string;
  /** The same for every attempt, so that a mail that went out twice is one mail to whoever receives it. */
  readonly messageId: string;
}

/** Hands mail to somebody who delivers it. Rejects when they did not take it. */
export abstract class Mailer {
  abstract send(mail: Mail): Promise<void>;
}
