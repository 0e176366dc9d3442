import type { Server as HttpServer } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Config } from '#platform/config';
import { localeOf, textOf } from '#platform/http';
import { ShopState } from '#platform/observability';
import { addressOf, isLoopbackAddress, type ClientAddresses } from '#platform/security';
import { SessionAdmission, ignoreOtherUpgrades, CallsPerMinute, type AdmissionSettings } from '#platform/sockets';

type SocketServer = ReturnType<IoAdapter['createIOServer']>;
type Options = NonNullable<Parameters<IoAdapter['createIOServer']>[1]>;
type Socket = Parameters<Parameters<SocketServer['use']>[0]>[0];
type Connection = Socket['conn'];
type Origins = string[] | '*' | false;

const MOST_SESSIONS = 5_000;
const MOST_BYTES = 16 * 1024;
const MOST_MESSAGES = 60;
const JOIN_WITHIN_MS = 5_000;
/** How long a client has time to read the reason before its connection is closed. */
const CLOSE_AFTER_MS = 1_000;

type Limits = Pick<Config, 'edgeSockets' | 'rateLimitApi' | 'profile'>;

interface SocketOptions {
  readonly origins: Origins;
  readonly addresses: ClientAddresses;
  readonly limits: Limits;
}

/**
 * The limits on connections. In the profile `demo`, clients on this machine do not count for the limit of an address.
 */
function admissionSettings({ addresses, limits }: SocketOptions): AdmissionSettings {
  const { edgeSockets, rateLimitApi, profile } = limits;
  return {
    mostPerAddress: rateLimitApi === 0 ? 0 : edgeSockets,
    mostInAll: MOST_SESSIONS,
    addressOf: (request) => {
      const ip = addresses.of(request);
      return profile === 'demo' && isLoopbackAddress(ip) ? undefined : addressOf(ip);
    },
  };
}

/** Opens web sockets on the port of the HTTP routes, for the same origins, with limits for each address. */
export class ShopSockets extends IoAdapter {
  private readonly admission: SessionAdmission;

  constructor(
    private readonly app: INestApplication,
    private readonly options: SocketOptions,
  ) {
    super(app);
    this.admission = new SessionAdmission(admissionSettings(options));
  }

  override createIOServer(port: number, options?: Options): SocketServer {
    const server = super.createIOServer(port, {
      ...options,
      serveClient: false,
      destroyUpgrade: false, // requests that offer another protocol are answered as ordinary requests
      maxHttpBufferSize: MOST_BYTES,
      allowRequest: (request, decide) => {
        const refusal = this.admission.reserveSlot(request);
        decide(refusal, refusal === undefined);
      },
      ...(this.options.origins && { cors: { origin: this.options.origins } }),
    } as Options);
    ignoreOtherUpgrades(this.app.getHttpServer() as HttpServer);
    const sessions = new WeakMap<Connection, Session>();
    server.use((socket, next) => next(notFoundError(socket)));
    server.on('new_namespace', (namespace) => {
      namespace.on('connection', (socket: Socket) => sessions.get(socket.conn)?.join(socket));
    });
    server.engine.on('connection', (connection: Connection) => {
      connection.once('close', this.admission.keepSlot(connection.request));
      sessions.set(connection, new Session(connection));
    });
    this.app.get(ShopState).draining.addEventListener('abort', () => closeConnections(server), { once: true });
    return server;
  }
}

const localeAt = (socket: Socket) => localeOf(socket.handshake.headers['accept-language']);

/** The root namespace refuses all clients, because each kind of message has its own namespace, such as `/orders`. */
const notFoundError = (socket: Socket): Error =>
  Object.assign(new Error(textOf('NOT_FOUND', localeAt(socket))), { data: { code: 'NOT_FOUND' } });

/**
 * One connection. It is closed if the client joins no namespace within five seconds, or leaves all its namespaces, or
 * sends more than sixty messages in a minute.
 */
class Session {
  private readonly joined = new Set<Socket>();
  private readonly messages = new CallsPerMinute(MOST_MESSAGES);
  private isClosing = false;

  constructor(private readonly connection: Connection) {
    const idle = setTimeout(() => this.closeUnlessJoined(), JOIN_WITHIN_MS);
    connection.once('close', () => clearTimeout(idle));
    // This listener runs before the listener of socket.io, so attempts to join are counted too.
    connection.prependListener('data', () => this.countMessage());
  }

  join(socket: Socket): void {
    this.joined.add(socket);
    socket.once('disconnect', () => {
      this.joined.delete(socket);
      setImmediate(() => this.closeUnlessJoined());
    });
  }

  private closeUnlessJoined(): void {
    if (this.joined.size === 0 && !this.isClosing) this.close();
  }

  /** Closes without waiting, because an orderly close of a polling connection waits half a minute for the client. */
  private close(): void {
    this.connection.close(true);
  }

  private countMessage(): void {
    if (this.messages.allows('') || this.isClosing) return;
    this.isClosing = true;
    this.connection.removeAllListeners('data'); // further data is ignored
    for (const socket of this.joined) {
      const message = textOf('RATE_LIMITED', localeAt(socket), { seconds: 60 });
      socket.emit('closed', { code: 'RATE_LIMITED', message });
      socket.disconnect();
    }
    setTimeout(() => this.close(), CLOSE_AFTER_MS).unref();
  }
}

/**
 * Closes all connections when the shop stops. It closes only the transport, not the socket.io session, because clients
 * then reconnect by themselves. They continue from the last version that they received.
 */
function closeConnections({ engine }: SocketServer): void {
  const { clients } = engine as unknown as { readonly clients: Readonly<Record<string, { close(): void }>> };
  for (const connection of Object.values(clients)) connection.close();
}
