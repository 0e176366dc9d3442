import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Fault = 'stopped' | 'frozen' | 'refusing';

/** What Postgres sends to every new connection while it starts. */
const fields = 'SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0';
const REFUSAL = Buffer.concat([Buffer.from('E'), lengthOf(fields), Buffer.from(fields)]);

/** A proxy in front of a database. It can make the database look stopped, frozen (SIGSTOP), or refusing connections. */
export class DatabaseGate {
  private readonly ends = new Set<Socket>();
  private trouble?: Fault;
  private server!: Server;
  private port = 0;

  private constructor(private readonly target: object) {}

  /** Opens the proxy. Returns the proxy, and the URL that leads to the database through the proxy. */
  static async before(url: string): Promise<{ gate: DatabaseGate; url: string }> {
    const to = new URL(url);
    const socket = to.searchParams.get('host');
    const port = Number(to.port || 5432);
    const gate = new DatabaseGate(socket ? { path: `${socket}/.s.PGSQL.${port}` } : { host: to.hostname, port });
    await gate.listen(0);
    to.searchParams.delete('host');
    [to.hostname, to.port] = ['127.0.0.1', `${gate.port}`];
    return { gate, url: to.toString() };
  }

  setFault(trouble: Fault): void {
    this.trouble = trouble;
    if (trouble === 'frozen') for (const end of this.ends) end.pause();
    else for (const end of this.ends) end.destroy();
    if (trouble === 'stopped') this.server.close();
  }

  /** Ends the fault that was set. Frozen connections continue where they stopped. */
  async endFault(): Promise<void> {
    const { trouble, port } = this;
    this.trouble = undefined;
    for (const end of this.ends) end.resume();
    if (trouble === 'stopped') await this.listen(port);
  }

  close(): void {
    for (const end of this.ends) end.destroy();
    this.server.close();
  }

  private async listen(port: number): Promise<void> {
    this.server = createServer((client) => this.accept(client));
    await new Promise<void>((up) => this.server.listen(port, '127.0.0.1', up));
    this.port = (this.server.address() as AddressInfo).port;
  }

  private accept(client: Socket): void {
    if (this.trouble === 'refusing') {
      client.on('error', () => undefined);
      return void client.once('data', () => client.end(REFUSAL));
    }
    const database = connect(this.target as never);
    for (const [end, other] of [
      [client, database],
      [database, client],
    ]) {
      this.ends.add(end);
      end.on('error', () => undefined);
      end.on('data', (chunk) => other.write(chunk));
      end.on('close', () => {
        this.ends.delete(end);
        other.destroy();
      });
      if (this.trouble === 'frozen') end.pause();
    }
  }
}

function lengthOf(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + Buffer.byteLength(text));
  return length;
}
