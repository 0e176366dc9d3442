import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const BATCH_SIZE = 200;

/** Opens many connections to one port, and never closes them. They come from several local addresses. */
export class OpenConnections {
  readonly sockets: Socket[] = [];
  private closed = 0;
  private readonly statuses = new Map<string, number>();

  constructor(private readonly port: number) {}

  /** Opens connections. Each sends only `text`. `nth` chooses the local address of a connection. */
  async open(count: number, addresses: number, text = '', nth = (n: number) => n % addresses): Promise<void> {
    for (let from = 0; from < count; from += BATCH_SIZE)
      await Promise.all(
        Array.from({ length: Math.min(BATCH_SIZE, count - from) }, (_, n) => this.openOne(nth(from + n), text)),
      );
  }

  /** Sends this text on each connection that is still open. */
  sendMore(text: string): void {
    for (const socket of this.sockets) if (socket.writable) socket.write(text);
  }

  /** The number of connections that the shop has not closed. */
  get held(): number {
    return this.sockets.length - this.closed;
  }

  /** The number of HTTP answers, by status. */
  get answers(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.statuses);
  }

  /** Waits until the shop has closed all connections. Returns false if that takes longer. */
  async waitUntilClosed(withinMs: number): Promise<boolean> {
    for (const end = Date.now() + withinMs; this.held > 0 && Date.now() < end;) await pause(50);
    return this.held === 0;
  }

  closeAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private openOne(address: number, text: string): Promise<void> {
    const localAddress = `127.1.${Math.floor(address / 250)}.${(address % 250) + 1}`;
    return new Promise((done) => {
      const socket = connect({ port: this.port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
      this.sockets.push(socket);
      socket.on('data', (chunk) => this.countStatus(chunk.toString('latin1')));
      socket.once('connect', () => {
        if (text) socket.write(text);
        done();
      });
      socket.once('close', () => {
        this.closed += 1;
        done();
      });
      // When the shop closes its end, the test closes the other end. The connection is closed only after that.
      socket.once('end', () => socket.end()).on('error', () => undefined);
    });
  }

  private countStatus(text: string): void {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    if (status) this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }
}
