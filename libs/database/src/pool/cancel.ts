import { Connection, type ClientBase } from 'pg';

interface ClientAddress {
  readonly host: string;
  readonly port: number;
  readonly ssl: unknown;
  readonly processID: number;
  readonly secretKey: unknown;
}

interface Wire {
  readonly stream: { destroy(): void };
  connect(...where: (string | number)[]): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: unknown): void;
  once(event: string, listener: () => void): void;
  on(event: string, listener: () => void): void;
}

const LONGEST_MS = 2_000;

/**
 * Asks the server, over a second connection, to stop the statement that runs on this client. Closing the client is not
 * enough: perhaps Postgres notices the closed connection only when the statement ends, and it keeps the locks until
 * then.
 */
export function cancel(client: ClientBase): void {
  const { host, port, ssl, processID, secretKey } = client as unknown as ClientAddress;
  const wire = new Connection({ ssl } as never) as unknown as Wire;
  const sendCancel = (): void => wire.cancel(processID, secretKey);
  wire.on('error', () => undefined);
  wire.once('connect', () => (ssl ? wire.requestSsl() : sendCancel()));
  wire.once('sslconnect', sendCancel);
  setTimeout(() => wire.stream.destroy(), LONGEST_MS).unref();
  if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(port, host);
}
