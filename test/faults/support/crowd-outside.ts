import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const AT_ONCE = 200;

/** Connections to one port that somebody opens who never hangs up, from as many addresses of this machine as are told. */
export class CrowdOutside {
  readonly sockets: Socket[] = [];
  private closed = 0;
  private readonly said = new Map<string, number>();

  constructor(private readonly port: number) {}

  /** `says` is what each sends, and nothing more; `nth` chooses the address it comes from. */
  async come(count: number, addresses: number, says = '', nth = (n: number) => n % addresses): Promise<void> {
    for (let from = 0; from < count; from += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, n) => this.one(nth(from + n), says)),
      );
  }

  /** Each that is still there sends this much more. */
  drip(text: string): void {
    for (const socket of this.sockets) if (socket.writable) socket.write(text);
  }

  /** How many the shop holds. */
  get held(): number {
    return this.sockets.length - this.closed;
  }

  /** Status lines that came back, by their number. */
  get answers(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.said);
  }

  /** Until the shop has hung up on all of them. */
  async gone(withinMs: number): Promise<boolean> {
    for (const end = Date.now() + withinMs; this.held > 0 && Date.now() < end;) await pause(50);
    return this.held === 0;
  }

  leave(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private one(address: number, says: string): Promise<void> {
    const localAddress = `127.1.${Math.floor(address / 250)}.${(address % 250) + 1}`;
    return new Promise((done) => {
      const socket = connect({ port: this.port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
      this.sockets.push(socket);
      socket.on('data', (chunk) => this.hear(chunk.toString('latin1')));
      socket.once('connect', () => {
        if (says) socket.write(says);
        done();
      });
      socket.once('close', () => {
        this.closed += 1;
        done();
      });
      // a shop that has hung up needs no farewell: the connection is over when both ends say so
      socket.once('end', () => socket.end()).on('error', () => undefined);
    });
  }

  private hear(text: string): void {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    if (status) this.said.set(status, (this.said.get(status) ?? 0) + 1);
  }
}
