/** What `verify` can find; the first one ends it. */
export type Finding =
  | 'altered' // a column of the event or its hash is not what was written
  | 'swapped' // the event belongs to another position
  | 'deleted' // the log names an event that is gone, or a position is missing
  | 'cut' // the log ends before its last seal
  | 'recomputed' // the chain is consistent, but it is not what was sealed
  | 'seal' // the seal itself is missing, altered or signed by nobody we know
  | 'unnumbered' // an event is neither numbered nor waiting to be
  | 'stream'; // a stream's versions have a gap or do not end at its head

export interface Verified {
  readonly ok: true;
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly seals: number;
  /** Positions up to here are vouched for by a signature, the rest by the chain alone. */
  readonly sealedThrough: number;
  /** Committed events that wait for their position. */
  readonly waiting: number;
  /** The hash at `to`, in hex. */
  readonly hash: string;
}

export interface Tampered {
  readonly ok: false;
  readonly finding: Finding;
  /** The first bad position; null for an event that has none. */
  readonly position: number | null;
  readonly eventId: string | null;
  readonly message: string;
}

export type VerifyResult = Verified | Tampered;

export const bad = (finding: Finding, position: number | null, eventId: string | null, message: string): Tampered => ({
  ok: false,
  finding,
  position,
  eventId,
  message,
});
