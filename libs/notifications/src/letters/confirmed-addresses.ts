import type { Letter } from './letter';

/** The addresses that are known to belong to the person named in the letter. */
export abstract class ConfirmedAddresses {
  abstract include(recipient: Letter['recipient']): boolean;
}

/** Accounts do not prove their address yet, so no address is confirmed. */
export class NoneConfirmed extends ConfirmedAddresses {
  include(): boolean {
    return false;
  }
}
