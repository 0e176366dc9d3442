import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

interface Pair {
  /** The start-up packet, with the user, the database and the settings. */
  readonly startUpPacket: string;
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * A proxy between a shop and its Postgres. It can make connections half-open: both ends stay open, but no data is
 * passed on any more, as when a router forgets the connection.
 */
export class Proxy {
  private readonly pairs = new Set<Pair>();

  private constructor(
    readonly url: string,
    private readonly stopListening: () => void,
  ) {}

  static async before(url: string): Promise<Proxy> {
    const to = new URL(url);
    const socket = to.searchParams.get('host');
    const target = socket
      ? { path: `${socket}/.s.PGSQL.${to.port || 5432}` }
      : { host: to.hostname, port: Number(to.port) };
    const server = createServer((client) => proxy.take(client, connect(target as never)));
    await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
    to.searchParams.delete('host');
    [to.hostname, to.port] = ['127.0.0.1', String((server.address() as AddressInfo).port)];
    const proxy = new Proxy(to.toString(), () => server.close());
    return proxy;
  }

  /** The number of working connections whose start-up packet matches. */
  open(which: RegExp): number {
    return [...this.pairs].filter(({ startUpPacket }) => which.test(startUpPacket)).length;
  }

  /** Makes the open connections with a matching start-up packet half-open. New connections work. */
  cut(which: RegExp): number {
    const matching = [...this.pairs].filter(({ startUpPacket }) => which.test(startUpPacket));
    for (const pair of matching) {
      this.pairs.delete(pair);
      for (const end of [pair.client, pair.server]) end.removeAllListeners('data').on('data', () => undefined);
      for (const end of [pair.client, pair.server]) end.removeAllListeners('close');
    }
    return matching.length;
  }

  close(): void {
    for (const { client, server } of this.pairs) for (const end of [client, server]) end.destroy();
    this.stopListening();
  }

  private take(client: Socket, server: Socket): void {
    for (const end of [client, server]) end.on('error', () => undefined);
    client.once('data', (first: Buffer) => {
      const pair = { startUpPacket: first.toString('latin1'), client, server };
      this.pairs.add(pair);
      server.write(first);
      client.on('data', (chunk) => server.write(chunk));
      server.on('data', (chunk) => client.write(chunk));
      client.on('close', () => this.remove(pair));
      server.on('close', () => this.remove(pair));
    });
  }

  private remove(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }
}
