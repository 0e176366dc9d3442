/** The kinds of problems that `verify` can find. */
export type Finding =
  | 'altered' // a column of the event, or its hash, was changed
  | 'swapped' // the event belongs to another position
  | 'deleted' // the log names an event that does not exist, or a position is missing
  | 'cut' // the log ends before its last seal
  | 'forged' // the shop did not append the event, or did not sign the position up to which events have no MAC
  | 'recomputed' // the hashes of the chain are consistent, but do not match the seals
  | 'seal' // the seal itself is missing, changed, or signed with an unknown key
  | 'unsealed' // events have waited for a seal longer than allowed
  | 'behind' // the log ends before the end that is remembered outside of the database
  | 'records' // the records about the seals are not as they were signed
  | 'unnumbered' // an event has no position and no row in the queue
  | 'stream'; // a stream's versions have a gap or do not end at its head

export interface Found<Kind extends string = Finding> {
  readonly finding: Kind;
  /** Null for a finding without a position. */
  readonly position: number | null;
  readonly eventId: string | null;
  readonly orderId: string | null;
  readonly message: string;
}

/** A decision about the seals. Every verification reports it. */
export interface Remark {
  readonly number: number;
  readonly kind: 'adopted' | 'restored' | 'resealed' | 'disowned';
  /** An instant in ISO 8601. */
  readonly at: string;
  readonly who: string;
  readonly reason: string;
  readonly text: string;
}

interface CheckedRange {
  readonly from: number;
  readonly to: number;
  /** How many positions were checked. */
  readonly events: number;
  readonly seals: number;
  /** Seals cover the log up to this position. After this position, only the hash chain covers the log. */
  readonly sealedThrough: number;
  /**
   * Events up to this position were stored before MACs were introduced. Only the hash chain and the seals cover them.
   */
  readonly firstFormatThrough: number;
  /** The number of later events without a MAC of their own. They were accepted while an older build was alive. */
  readonly admitted: number;
  /** The positions of the first hundred of these events. Results that an earlier build stored have no positions. */
  readonly admittedPositions?: readonly number[];
  /** Committed events that wait for their position. */
  readonly waiting: number;
  /** How many events declare another event void. */
  readonly voided: number;
  readonly remarks: readonly Remark[];
}

export interface Verified extends CheckedRange {
  readonly ok: true;
  /** The hash at `to`, in hex. */
  readonly hash: string;
}

/** The result of a verification with findings: the fields of the first finding, and the list. */
export interface Tampered extends CheckedRange, Found {
  readonly ok: false;
  /** The first hundred findings. */
  readonly findings: readonly Found[];
  readonly found: number;
}

export type VerifyResult = Verified | Tampered;

export const newFinding = (
  finding: Finding,
  position: number | null,
  eventId: string | null,
  message: string,
  orderId: string | null = null,
): Found => ({ finding, position, eventId, orderId, message });

const MOST_LISTED = 100;

/** Counts the findings, and lists the first hundred. */
export class Findings {
  readonly listed: Found[] = [];
  count = 0;

  add(...found: readonly (Found | undefined)[]): void {
    for (const one of found) {
      if (!one) continue;
      this.count += 1;
      if (this.listed.length < MOST_LISTED) this.listed.push(one);
    }
  }
}
