import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

interface Pair {
  /** Its start-up packet: who it is for, and its settings. */
  readonly hello: string;
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * Stands between a shop and its Postgres. Connections can be made half-open: both ends stay as they are, nobody hangs up,
 * and nothing comes through any more, as when a router forgets them.
 */
export class Proxy {
  private readonly pairs = new Set<Pair>();

  private constructor(
    readonly url: string,
    private readonly hangUp: () => void,
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

  /** How many are open that began with such words, and go through. */
  open(which: RegExp): number {
    return [...this.pairs].filter(({ hello }) => which.test(hello)).length;
  }

  /** What is open now and began with such words comes to nothing from here on; what is opened later goes through. */
  cut(which: RegExp): number {
    const hit = [...this.pairs].filter(({ hello }) => which.test(hello));
    for (const pair of hit) {
      this.pairs.delete(pair);
      for (const end of [pair.client, pair.server]) end.removeAllListeners('data').on('data', () => undefined);
      for (const end of [pair.client, pair.server]) end.removeAllListeners('close');
    }
    return hit.length;
  }

  close(): void {
    for (const { client, server } of this.pairs) for (const end of [client, server]) end.destroy();
    this.hangUp();
  }

  private take(client: Socket, server: Socket): void {
    for (const end of [client, server]) end.on('error', () => undefined);
    client.once('data', (first: Buffer) => {
      const pair = { hello: first.toString('latin1'), client, server };
      this.pairs.add(pair);
      server.write(first);
      client.on('data', (chunk) => server.write(chunk));
      server.on('data', (chunk) => client.write(chunk));
      client.on('close', () => this.over(pair));
      server.on('close', () => this.over(pair));
    });
  }

  private over(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }
}
