import type { IncomingMessage } from 'node:http';
import { Slots, type ReleaseSlot } from './slots';
import { CallsPerMinute } from './calls-per-minute';

export interface AdmissionSettings {
  /** The highest number of sessions of one address. 0 means no limit. */
  readonly mostPerAddress: number;
  readonly mostInAll: number;
  /** The address that a request counts for. If it is undefined, the request counts only for the total. */
  readonly addressOf: (request: IncomingMessage) => string | undefined;
  /** How long a slot stays reserved for a request whose session is not created yet. */
  readonly reservedForMs?: number;
}

/** For each session that an address is allowed to have, it can request a session this many times in a minute. */
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

  /** Reserves a slot and returns undefined, or returns the reason why the request is refused. */
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

  /**
   * Call this when a session was created for the request: the slot then stays taken. The returned function releases the
   * slot.
   */
  keepSlot(request: IncomingMessage): ReleaseSlot {
    const reservation = this.reservations.get(request);
    if (!reservation) return () => undefined;
    clearTimeout(reservation.timer);
    return reservation.release;
  }
}
