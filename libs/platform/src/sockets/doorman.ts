import type { IncomingMessage } from 'node:http';
import { Places, type GiveBack } from './places';
import { PerMinute } from './per-minute';

export interface DoorSettings {
  /** The most sessions of one address; 0 means no limit. */
  readonly ofOneAddress: number;
  readonly inAll: number;
  /** The address that a request counts for; if undefined, the request counts only for the total. */
  readonly addressOf: (request: IncomingMessage) => string | undefined;
  /** How long a place is kept for a request that leads to no session. */
  readonly patienceMs?: number;
}

/** How many requests for a session an address may send in a minute, for each session that it may have. */
const VISITS_PER_SESSION = 6;
const PATIENCE_MS = 5_000;

interface Kept {
  readonly giveBack: GiveBack;
  readonly timer: NodeJS.Timeout;
}

/** Admits or refuses a socket session at its first request, before anything is created for the session. */
export class Doorman {
  private readonly places: Places;
  private readonly visits: PerMinute;
  private readonly kept = new WeakMap<IncomingMessage, Kept>();
  private readonly patienceMs: number;
  private readonly addressOf: DoorSettings['addressOf'];

  constructor({ ofOneAddress, inAll, addressOf, patienceMs = PATIENCE_MS }: DoorSettings) {
    const ofOne = ofOneAddress || Infinity;
    this.places = new Places(ofOne, inAll);
    this.visits = new PerMinute(ofOne * VISITS_PER_SESSION);
    this.addressOf = addressOf;
    this.patienceMs = patienceMs;
  }

  /** Why the request is refused; undefined if a session may be created. */
  refuse(request: IncomingMessage): string | undefined {
    const address = this.addressOf(request);
    if (address !== undefined && !this.visits.allows(address)) return 'Too many connections. Try again in a minute.';
    const giveBack = this.places.take(address);
    if (!giveBack) return 'There are too many connections already. Close some, or try again in a moment.';
    const timer = setTimeout(giveBack, this.patienceMs).unref();
    this.kept.set(request, { giveBack, timer });
    return undefined;
  }

  /** A session was created for the request. The returned function gives its place back. */
  letIn(request: IncomingMessage): GiveBack {
    const kept = this.kept.get(request);
    if (!kept) return () => undefined;
    clearTimeout(kept.timer);
    return kept.giveBack;
  }
}
