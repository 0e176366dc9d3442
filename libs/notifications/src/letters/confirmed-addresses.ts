import type { Letter } from './letter';

/** Says whether an e-mail address certainly belongs to the person whose name is in the letter. */
export abstract class ConfirmedAddresses {
  abstract include(recipient: Letter['recipient']): boolean;
}

/** The shop does not check yet who owns an address, so no address is confirmed. */
export class NoneConfirmed extends ConfirmedAddresses {
  include(): boolean {
    return false;
  }
}
