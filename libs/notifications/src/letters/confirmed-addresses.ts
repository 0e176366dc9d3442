import type { Letter } from './letter';

/** Which addresses are known to belong to who is named in the letter. */
export abstract class ConfirmedAddresses {
  abstract include(recipient: Letter['recipient']): boolean;
}

/** Accounts do not prove their address yet, so nobody's is confirmed. */
export class NoneConfirmed extends ConfirmedAddresses {
  include(): boolean {
    return false;
  }
}
