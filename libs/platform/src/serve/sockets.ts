import type { Server as HttpServer } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Config } from '#platform/config';
import { localeOf, textOf } from '#platform/http';
import { ShopState } from '#platform/observability';
import { addressOf } from '#platform/security';
import {
  askerIn,
  Doorman,
  ignoreOtherUpgrades,
  isFromThisMachine,
  PerMinute,
  type DoorSettings,
} from '#platform/sockets';

type SocketServer = ReturnType<IoAdapter['createIOServer']>;
type Options = NonNullable<Parameters<IoAdapter['createIOServer']>[1]>;
type Socket = Parameters<Parameters<SocketServer['use']>[0]>[0];
type Connection = Socket['conn'];
type Origins = string[] | '*' | false;

const MOST_SESSIONS = 5_000;
const MOST_BYTES = 16 * 1024;
const MOST_MESSAGES = 60;
const JOINS_WITHIN_MS = 5_000;
/** How long a client may take to read the reason, before its connection is closed. */
const CLOSE_AFTER_MS = 1_000;

type Limits = Pick<Config, 'edgeSockets' | 'rateLimitApi' | 'trustedProxies' | 'profile'>;

/** The limits of connections. In the demo, clients on this machine are not counted. */
function doorSettings({ edgeSockets, rateLimitApi, trustedProxies, profile }: Limits): DoorSettings {
  const clientOf = askerIn(trustedProxies);
  return {
    ofOneAddress: rateLimitApi === 0 ? 0 : edgeSockets,
    inAll: MOST_SESSIONS,
    addressOf: (request) => {
      const ip = clientOf(request);
      return profile === 'demo' && isFromThisMachine(ip) ? undefined : addressOf(ip);
    },
  };
}

/** Web sockets on the same port and for the same origins as the routes, with limits for each address and account. */
export class ShopSockets extends IoAdapter {
  private readonly doorman: Doorman;

  constructor(
    private readonly app: INestApplication,
    private readonly origins: Origins,
    config: Limits,
  ) {
    super(app);
    this.doorman = new Doorman(doorSettings(config));
  }

  override createIOServer(port: number, options?: Options): SocketServer {
    const server = super.createIOServer(port, {
      ...options,
      serveClient: false,
      destroyUpgrade: false, // other offers of an upgrade are answered as ordinary requests
      maxHttpBufferSize: MOST_BYTES,
      allowRequest: (request, decide) => {
        const refusal = this.doorman.refuse(request);
        decide(refusal, refusal === undefined);
      },
      ...(this.origins && { cors: { origin: this.origins } }),
    } as Options);
    ignoreOtherUpgrades(this.app.getHttpServer() as HttpServer);
    const sessions = new WeakMap<Connection, Session>();
    server.use((socket, next) => next(notFound(socket)));
    server.on('new_namespace', (namespace) => {
      namespace.on('connection', (socket: Socket) => sessions.get(socket.conn)?.join(socket));
    });
    server.engine.on('connection', (connection: Connection) => {
      connection.once('close', this.doorman.letIn(connection.request));
      sessions.set(connection, new Session(connection));
    });
    this.app.get(ShopState).draining.addEventListener('abort', () => closeConnections(server), { once: true });
    return server;
  }
}

const localeAt = (socket: Socket) => localeOf(socket.handshake.headers['accept-language']);

/** The root namespace refuses everyone: everything that can be followed has a namespace of its own. */
const notFound = (socket: Socket): Error =>
  Object.assign(new Error(textOf('NOT_FOUND', localeAt(socket))), { data: { code: 'NOT_FOUND' } });

/**
 * One connection. It is closed if it has joined nothing for five seconds, if it has left what it joined, or if it
 * sends more than sixty messages in a minute.
 */
class Session {
  private readonly joined = new Set<Socket>();
  private readonly messages = new PerMinute(MOST_MESSAGES);
  private isOver = false;

  constructor(private readonly connection: Connection) {
    const idle = setTimeout(() => this.endUnlessJoined(), JOINS_WITHIN_MS);
    connection.once('close', () => clearTimeout(idle));
    // This listener runs before the one of socket.io, so attempts to join are counted too.
    connection.prependListener('data', () => this.count());
  }

  join(socket: Socket): void {
    this.joined.add(socket);
    socket.once('disconnect', () => {
      this.joined.delete(socket);
      setImmediate(() => this.endUnlessJoined());
    });
  }

  private endUnlessJoined(): void {
    if (this.joined.size === 0 && !this.isOver) this.end();
  }

  /** Closes at once, because an orderly close of a polling connection waits half a minute for the client. */
  private end(): void {
    this.connection.close(true);
  }

  private count(): void {
    if (this.messages.allows('') || this.isOver) return;
    this.isOver = true;
    this.connection.removeAllListeners('data'); // further data is ignored
    for (const socket of this.joined) {
      const message = textOf('RATE_LIMITED', localeAt(socket), { seconds: 60 });
      socket.emit('closed', { code: 'RATE_LIMITED', message });
      socket.disconnect();
    }
    setTimeout(() => this.end(), CLOSE_AFTER_MS).unref();
  }
}

/**
 * Closes all connections when the shop stops. It closes the transport, not the socket.io session, because clients
 * reconnect by themselves only then. They continue from the last version that they saw.
 */
function closeConnections({ engine }: SocketServer): void {
  const { clients } = engine as unknown as { readonly clients: Readonly<Record<string, { close(): void }>> };
  for (const connection of Object.values(clients)) connection.close();
}
