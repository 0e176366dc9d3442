import type { IncomingMessage } from 'node:http';
import { Slots, type ReleaseSlot } from './slots';
import { CallsPerMinute } from './calls-per-minute';

export interface AdmissionSettings {
  /** The highest number of sessions of one address; 0 means no limit. */
  readonly mostPerAddress: number;
  readonly mostInAll: number;
  /** The address that a request counts for; if undefined, the request counts only for the total. */
  readonly addressOf: (request: IncomingMessage) => string | undefined;
  /** How long a slot is reserved for a request, until its session is created. */
  readonly reservedForMs?: number;
}

/** How many requests for a session an address may send in a minute, for each session that it may have. */
const REQUESTS_PER_SESSION = 6;
const RESERVED_FOR_MS = 5_000;

interface Reservation {
  readonly release: ReleaseSlot;
  readonly timer: NodeJS.Timeout;
}

/** Admits or refuses a socket session at its first request, before anything is created for the session. */
export class SessionAdmission {
  private readonly slots: Slots;
  private readonly requestCounts: CallsPerMinute;
  private readonly reservations = new WeakMap<IncomingMessage, Reservation>();
  private readonly reservedForMs: number;
  private readonly addressOf: AdmissionSettings['addressOf'];

  constructor({ mostPerAddress, mostInAll, addressOf, reservedForMs = RESERVED_FOR_MS }: AdmissionSettings) {
    const mostOfOneAddress = mostPerAddress || Infinity;
    this.slots = new Slots(mostOfOneAddress, mostInAll);
    this.requestCounts = new CallsPerMinute(mostOfOneAddress * REQUESTS_PER_SESSION);
    this.addressOf = addressOf;
    this.reservedForMs = reservedForMs;
  }

  /** Reserves a slot. Returns why the request is refused; undefined if a session may be created. */
  reserveSlot(request: IncomingMessage): string | undefined {
    const address = this.addressOf(request);
    if (address !== undefined && !this.requestCounts.allows(address))
      return 'Too many connections. Try again in a minute.';
    const release = this.slots.take(address);
    if (!release) return 'There are too many connections already. Close some, or try again in a moment.';
    const timer = setTimeout(release, this.reservedForMs).unref();
    this.reservations.set(request, { release, timer });
    return undefined;
  }

  /** A session was created for the request, so its slot stays taken. The returned function releases the slot. */
  keepSlot(request: IncomingMessage): ReleaseSlot {
    const reservation = this.reservations.get(request);
    if (!reservation) return () => undefined;
    clearTimeout(reservation.timer);
    return reservation.release;
  }
}
