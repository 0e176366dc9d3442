import { Logger } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { Gauge } from 'prom-client';
import type { Namespace, Socket } from 'socket.io';
import { z } from 'zod';
import { DomainError, IdShape, type Uuid } from '#kernel';
import { EventStore } from '#platform/event-store';
import { localeOf, textOf } from '#platform/http';
import { Vault } from '#platform/privacy';
import { AccessTokens, hashOfToken, may, RightsWatch, type Caller } from '#platform/security';
import { readerOf } from '../view-order/view-order.controller';
import { FollowedOrder, type Tell } from './followed-order.query';
import { OrderFeed } from './order-feed.query';

const most = 50;

const Credentials = z.union([
  z.object({ token: z.string().min(1).max(4_096) }),
  z.object({ cartToken: z.string().min(16).max(200) }),
]);
const Followed = z.strictObject({ orderId: IdShape });
const Renewal = z.strictObject({ token: z.string().min(1).max(4_096) });
const Subscription = Followed.extend({ lastVersion: z.int().min(0).max(1_000_000).optional() });

interface Session {
  caller: Caller;
  readonly followed: Map<Uuid, FollowedOrder>;
  /** Stops the watch over the caller's rights. */
  unwatch: () => void;
}

type Acknowledged = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

const said = (socket: Socket, { code, message, params }: Pick<DomainError, 'code' | 'message' | 'params'>): string =>
  textOf(code, localeOf(socket.handshake.headers['accept-language']), params, message);

const refusal = (socket: Socket, error: unknown): Acknowledged => {
  const refused =
    error instanceof DomainError ? error : { code: 'INTERNAL', message: 'Something broke on our side.', params: {} };
  return { ok: false, code: refused.code, message: said(socket, refused) };
};

/** Closes the connection, not the session on it: a client comes back by itself, which it does not after `disconnect`. */
const breakOff = (socket: Socket): void => void socket.conn.close();

/**
 * Live tracking: `subscribe {orderId, lastVersion?}` is answered by a `snapshot`, then by `event`s in version order.
 * `authenticate {token}` takes a new access token before the old one expires. When the right to listen is lost, `closed
 * {code, message}` says why, and the server disconnects; after anything else a client reconnects by itself.
 */
@WebSocketGateway({ namespace: '/orders', maxHttpBufferSize: 16_384 })
export class TrackOrderGateway
  implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket>, OnGatewayDisconnect<Socket>
{
  private readonly log = new Logger('Tracking');

  constructor(
    private readonly tokens: AccessTokens,
    private readonly store: EventStore,
    private readonly feed: OrderFeed,
    private readonly vault: Vault,
    private readonly rights: RightsWatch,
    @InjectMetric('websocket_active_connections') private readonly connections: Gauge,
  ) {}

  /** Nobody connects without saying who they are: a user by `auth.token`, a guest by `auth.cartToken`. */
  afterInit(server: Namespace): void {
    server.use((socket, next) => {
      this.callerOf(socket.handshake.auth).then(
        (caller) => {
          socket.data = { caller, followed: new Map(), unwatch: () => undefined } satisfies Session;
          next();
        },
        (error: DomainError) => {
          // A refusal is final for a client; who cannot be asked right now is asked again when the client comes back.
          if (error.kind === 'unavailable') return breakOff(socket);
          next(Object.assign(new Error(said(socket, error)), { data: { code: error.code } }));
        },
      );
    });
  }

  handleConnection(socket: Socket): void {
    this.connections.inc();
    const session = socket.data as Session;
    session.unwatch = this.rights.watch({
      caller: () => session.caller,
      // Staff go on: to them an order whose customer was erased is an order all the same.
      subjects: () => (may(session.caller, 'staff') ? [] : subjectsOf(session)),
      end: (reason) => {
        socket.emit('closed', { code: reason.code, message: said(socket, reason) });
        socket.disconnect(true);
      },
    });
  }

  handleDisconnect(socket: Socket): void {
    this.connections.dec();
    const { followed, unwatch } = socket.data as Session;
    unwatch();
    for (const one of followed.values()) one.end();
  }

  @SubscribeMessage('authenticate')
  async authenticate(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Acknowledged> {
    const session = socket.data as Session;
    try {
      const { token } = read(Renewal, body, 'Send { token }.');
      const caller = await this.callerOf({ token });
      if (!isSame(session.caller, caller))
        throw new DomainError('OTHER_CALLER', 'refused', 'This token is another caller’s. Connect again with it.');
      session.caller = caller;
      return { ok: true };
    } catch (error) {
      if (!(error instanceof DomainError)) this.log.error('a token could not be checked', (error as Error)?.stack);
      return refusal(socket, error);
    }
  }

  @SubscribeMessage('subscribe')
  async subscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Acknowledged> {
    const { caller, followed } = socket.data as Session;
    try {
      const { orderId, lastVersion } = read(Subscription, body, 'Send { orderId, lastVersion? }.');
      followed.get(orderId)?.end();
      followed.delete(orderId);
      if (followed.size >= most) throw new DomainError('TOO_MANY', 'refused', `Follow at most ${most} orders at once.`);
      const tell: Tell = (word, said) => socket.emit(word, said);
      const failed = (): void => breakOff(socket);
      const one = new FollowedOrder(this.store, this.feed, this.vault, orderId, tell, failed);
      followed.set(orderId, one);
      await one.begin(may(caller, 'staff') ? undefined : readerOf(caller), lastVersion).catch((error: unknown) => {
        if (followed.get(orderId) === one) followed.delete(orderId);
        throw error;
      });
      if (!socket.connected) one.end();
      return { ok: true };
    } catch (error) {
      const refused = refusal(socket, error);
      if (!(error instanceof DomainError)) this.log.error('an order could not be followed', (error as Error)?.stack);
      socket.emit('refused', refused);
      return refused;
    }
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Acknowledged {
    const { followed } = socket.data as Session;
    try {
      const { orderId } = read(Followed, body, 'Send { orderId }.');
      followed.get(orderId)?.end();
      followed.delete(orderId);
      return { ok: true };
    } catch (error) {
      return refusal(socket, error);
    }
  }

  private async callerOf(auth: unknown): Promise<Caller> {
    const shown = Credentials.safeParse(auth);
    if (!shown.success) throw new DomainError('UNAUTHENTICATED', 'unauthenticated', 'Sign in first.');
    if ('cartToken' in shown.data) {
      const { cartToken } = shown.data;
      return { kind: 'guest', cartToken, cartTokenHash: hashOfToken(cartToken) };
    }
    const caller = await this.tokens.callerOf(shown.data.token);
    const loss = await this.rights.lossOf(caller);
    if (loss) throw loss;
    return caller;
  }
}

const subjectsOf = ({ followed }: Session): Uuid[] =>
  [...followed.values()].flatMap(({ subject }) => (subject ? [subject] : []));

/** Whether a new token is of the same user, and allows what the old one did. */
const isSame = (old: Caller, next: Caller): boolean =>
  old.kind === 'user' &&
  next.kind === 'user' &&
  old.userId === next.userId &&
  old.permissions.every((permission) => next.permissions.includes(permission));

/** Only what was sent itself counts: nothing that an object inherits. */
const ownFields = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : body;

function read<Shape extends z.ZodType>(shape: Shape, body: unknown, hint: string): z.infer<Shape> {
  const sent = shape.safeParse(ownFields(body));
  if (!sent.success) throw new DomainError('VALIDATION_ERROR', 'invalid', hint);
  return sent.data;
}
