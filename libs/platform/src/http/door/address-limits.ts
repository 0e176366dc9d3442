import type { Server, Socket } from 'node:net';
import type { Config } from '#platform/config';
import { addressesOf, addressOf } from '#platform/security';
import { Rates } from './rates';

/** An address can send at once as many requests as are allowed in this many seconds. */
const BURST_SECONDS = 4;
/** The highest number of remembered addresses of other processes of the shop. */
const MOST_NEIGHBOURS = 1_000;
const KNOWN_FOR_MS = 10 * 60_000;

type Settings = Pick<Config, 'edgeRate' | 'edgeConnections' | 'rateLimitApi' | 'trustedProxies' | 'profile'>;

/**
 * Limits the requests and connections of each address, before anything else is known about the client. The address is
 * the remote address of the connection, so no header can change it. A trusted proxy is not limited here, because it
 * sends the requests of many people and has its own limits.
 */
export class AddressLimits {
  private readonly isUncounted: (peer: string) => boolean;
  private readonly rates?: Rates;
  private readonly mostConnections: number;
  private readonly connections = new Map<string, number>();
  private readonly neighbours = new Map<string, number>();

  constructor({ edgeRate, edgeConnections, rateLimitApi, trustedProxies, profile }: Settings) {
    const isOff = rateLimitApi === 0;
    if (!isOff && edgeRate > 0) this.rates = new Rates(edgeRate, edgeRate * BURST_SECONDS);
    this.mostConnections = isOff || edgeConnections === 0 ? Infinity : edgeConnections;
    this.isUncounted = addressesOf([...trustedProxies, ...(profile === 'demo' ? ['127.0.0.0/8', '::1'] : [])]);
  }

  /**
   * Remembers the address of another process of the shop. The address is then not limited, because this process sends
   * the requests of many people.
   */
  rememberNeighbour(peer: string | undefined, now = performance.now()): void {
    if (peer === undefined) return;
    const key = addressOf(peer);
    this.neighbours.delete(key);
    this.neighbours.set(key, now + KNOWN_FOR_MS);
    const [oldest] = this.neighbours.keys();
    if (this.neighbours.size > MOST_NEIGHBOURS) this.neighbours.delete(oldest);
  }

  /**
   * Returns whether a request from this address is allowed. If the address has a limit, an allowed request is counted.
   */
  admitRequest(peer: string | undefined): boolean {
    const key = this.rates && this.keyOf(peer);
    return key === undefined || this.rates!.countIfAllowed(key);
  }

  /** Closes a new connection if its address has too many connections. */
  limitConnections(server: Server): void {
    if (this.mostConnections !== Infinity)
      server.prependListener('connection', (socket: Socket) => this.countConnection(socket));
  }

  private countConnection(socket: Socket): void {
    const key = this.keyOf(socket.remoteAddress);
    if (key === undefined) return;
    const count = this.connections.get(key) ?? 0;
    if (count >= this.mostConnections) return void socket.destroy();
    this.connections.set(key, count + 1);
    socket.once('close', () => {
      const left = this.connections.get(key)! - 1;
      if (left > 0) this.connections.set(key, left);
      else this.connections.delete(key);
    });
  }

  private keyOf(peer: string | undefined): string | undefined {
    if (peer === undefined) return undefined; // the connection is closed already, or is not a network connection
    if (this.isUncounted(peer)) return undefined;
    const key = addressOf(peer);
    return (this.neighbours.get(key) ?? 0) > performance.now() ? undefined : key;
  }
}
