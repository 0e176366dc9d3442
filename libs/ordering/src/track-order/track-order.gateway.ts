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
import { isUnreachable } from '#database';
import { DetachedEventStore } from '#event-store';
import { localeOf, textOf } from '#platform/http';
import { Vault } from '#platform/privacy';
import { AccessTokens, CartTokens, hasPermission, RightsWatch, type Caller } from '#platform/security';
import { Slots, WorkQueue, type ReleaseSlot } from '#platform/sockets';
import { OrderRefusal } from '../model/order-errors';
import { GuestTokens } from '../view-order/guest-tokens.query';
import { FollowedOrder, type Send } from './followed-order.query';
import { OrderFeed } from './order-feed.query';

const MOST_ORDERS = 50;
/** The most sockets that one account or one guest can have open. */
const MOST_SOCKETS = 5;

const Credentials = z.union([
  z.object({ token: z.string().min(1).max(4_096) }),
  z.object({ cartToken: z.string().min(1).max(200) }),
]);
const OrderReference = z.strictObject({ orderId: IdShape });
const Renewal = z.union([
  z.strictObject({ token: z.string().min(1).max(4_096) }),
  z.strictObject({ cartToken: z.string().min(1).max(200) }),
]);
const Subscription = OrderReference.extend({ lastVersion: z.int().min(0).max(1_000_000).optional() });

interface Session {
  caller: Caller;
  readonly followed: Map<Uuid, FollowedOrder>;
  readonly queue: WorkQueue;
  /** Stops checking whether the caller is still allowed to follow orders. */
  unwatch: () => void;
}

type Acknowledgement = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

const messageFor = (
  socket: Socket,
  { code, message, params }: Pick<DomainError, 'code' | 'message' | 'params'>,
): string => textOf(code, localeOf(socket.handshake.headers['accept-language']), params, message);

const describeError = (error: unknown): Pick<DomainError, 'code' | 'message' | 'params'> => {
  if (error instanceof DomainError) return error;
  return isUnreachable(error)
    ? { code: 'UNAVAILABLE', message: 'This is not available right now.', params: {} }
    : { code: 'INTERNAL', message: 'Something broke on our side.', params: {} };
};

const newRefusal = (socket: Socket, error: unknown): Acknowledgement => {
  const refused = describeError(error);
  return { ok: false, code: refused.code, message: messageFor(socket, refused) };
};

/** The account or the guest whose connections are counted together. */
const connectionOwnerOf = (caller: Caller): string =>
  caller.kind === 'user' ? `user ${caller.userId}` : `guest ${caller.cartToken?.guestHash}`;

const newHandshakeError = (socket: Socket, error: DomainError): Error =>
  Object.assign(new Error(messageFor(socket, error)), { data: { code: error.code } });

class TooManySockets extends OrderRefusal {
  constructor() {
    super('TOO_MANY_SOCKETS', 'refused', { most: MOST_SOCKETS });
  }
}

const queueOf = (socket: Socket): WorkQueue => (socket.data as Session).queue;

/**
 * Closes the transport only, so that the client reconnects by itself. After `disconnect` the client would not
 * reconnect.
 */
const closeTransport = (socket: Socket): void => void socket.conn.close();

/**
 * Live tracking. The answer to `subscribe {orderId, lastVersion?}` is a `snapshot`, then `event`s in version order.
 * `authenticate {token}` accepts a new access token before the old one expires. `authenticate {cartToken}` accepts the
 * token that a guest gets with an order. If the client is no longer allowed to follow orders, `closed {code, message}`
 * says why, and the server disconnects. After any other loss of the connection, a client reconnects by itself. The
 * messages of a socket are handled one after the other.
 */
@WebSocketGateway({ namespace: '/orders' })
export class TrackOrderGateway
  implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket>, OnGatewayDisconnect<Socket>
{
  private readonly log = new Logger('Tracking');
  private readonly slots = new Slots(MOST_SOCKETS);

  constructor(
    private readonly tokens: AccessTokens,
    private readonly cartTokens: CartTokens,
    private readonly guests: GuestTokens,
    private readonly store: DetachedEventStore,
    private readonly feed: OrderFeed,
    private readonly vault: Vault,
    private readonly rights: RightsWatch,
    @InjectMetric('websocket_active_connections') private readonly connections: Gauge,
  ) {}

  /** Each connection must identify its caller: a user by `auth.token`, a guest by `auth.cartToken`. */
  afterInit(server: Namespace): void {
    server.use((socket, next) => {
      this.callerOf(socket.handshake.auth).then(
        (caller) => {
          if (!this.takeSlot(socket, caller)) return next(newHandshakeError(socket, new TooManySockets()));
          const queue = new WorkQueue();
          socket.data = {
            caller,
            followed: new Map(),
            queue,
            unwatch: () => undefined,
          } satisfies Session;
          next();
        },
        (error: DomainError) => {
          // A client does not reconnect after a refusal. If the token cannot be checked now, only the connection is
          // closed. Then the client reconnects, and the token is checked again.
          if (error.kind === 'unavailable') return closeTransport(socket);
          next(newHandshakeError(socket, error));
        },
      );
    });
  }

  /**
   * Counts the connection for its account or guest until the connection is closed. False if the account or guest has
   * too many connections.
   */
  private takeSlot({ conn }: Socket, caller: Caller): boolean {
    const release: ReleaseSlot | undefined = this.slots.take(connectionOwnerOf(caller));
    if (release) conn.once('close', release);
    if (conn.readyState !== 'open') release?.();
    return release !== undefined;
  }

  handleConnection(socket: Socket): void {
    this.connections.inc();
    const session = socket.data as Session;
    session.unwatch = this.rights.watch({
      caller: () => session.caller,
      // Staff are allowed to follow an order even after its customer was erased.
      subjects: () => (hasPermission(session.caller, 'staff') ? [] : subjectsOf(session)),
      end: (reason) => {
        socket.emit('closed', { code: reason.code, message: messageFor(socket, reason) });
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
  authenticate(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Acknowledgement> {
    return queueOf(socket).next(() => this.renew(socket, body));
  }

  @SubscribeMessage('subscribe')
  subscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Acknowledgement> {
    return queueOf(socket).next(() => this.follow(socket, body));
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Acknowledgement> {
    return queueOf(socket).next(() => this.unfollow(socket, body));
  }

  private async renew(socket: Socket, body: unknown): Promise<Acknowledgement> {
    const session = socket.data as Session;
    try {
      const caller = await this.callerOf(parseBody(Renewal, body, 'Send { token } or { cartToken }.'));
      if (!isSameCaller(session.caller, caller))
        throw new DomainError('OTHER_CALLER', 'refused', 'This token is another caller’s. Connect again with it.');
      session.caller = caller;
      return { ok: true };
    } catch (error) {
      this.logFault('a token could not be checked', error);
      return newRefusal(socket, error);
    }
  }

  private async follow(socket: Socket, body: unknown): Promise<Acknowledgement> {
    const { caller, followed } = socket.data as Session;
    try {
      if (!socket.connected) return { ok: true }; // the client has disconnected
      const { orderId, lastVersion } = parseBody(Subscription, body, 'Send { orderId, lastVersion? }.');
      followed.get(orderId)?.end();
      followed.delete(orderId);
      if (followed.size >= MOST_ORDERS)
        throw new DomainError('TOO_MANY', 'refused', `Follow at most ${MOST_ORDERS} orders at once.`);
      const send: Send = (event, body) => socket.emit(event, body);
      const onFailure = (): void => closeTransport(socket);
      const followedOrder = new FollowedOrder(this.store, this.feed, this.vault, orderId, send, onFailure);
      followed.set(orderId, followedOrder);
      const reader = hasPermission(caller, 'staff') ? undefined : await this.guests.readerOfOneOrder(caller);
      await followedOrder.begin(reader, lastVersion).catch((error: unknown) => {
        if (followed.get(orderId) === followedOrder) followed.delete(orderId);
        throw error;
      });
      if (!socket.connected) followedOrder.end();
      return { ok: true };
    } catch (error) {
      const refused = newRefusal(socket, error);
      this.logFault('an order could not be followed', error);
      socket.emit('refused', refused);
      return refused;
    }
  }

  private unfollow(socket: Socket, body: unknown): Acknowledgement {
    const { followed } = socket.data as Session;
    try {
      const { orderId } = parseBody(OrderReference, body, 'Send { orderId }.');
      followed.get(orderId)?.end();
      followed.delete(orderId);
      return { ok: true };
    } catch (error) {
      return newRefusal(socket, error);
    }
  }

  /** Logs faults of the shop. A refusal is caused by the client, so it is not logged. */
  private logFault(what: string, error: unknown): void {
    if (error instanceof DomainError) return;
    if (isUnreachable(error)) this.log.warn(`${what}: ${(error as Error).message}`);
    else this.log.error(what, (error as Error)?.stack);
  }

  private async callerOf(auth: unknown): Promise<Caller> {
    const parsed = Credentials.safeParse(auth);
    if (!parsed.success) throw unauthenticated();
    if ('cartToken' in parsed.data) {
      const cartToken = this.cartTokens.read(parsed.data.cartToken);
      if (!cartToken) throw unauthenticated();
      return { kind: 'guest', cartToken };
    }
    const caller = await this.tokens.callerOf(parsed.data.token);
    const loss = await this.rights.lossOf(caller);
    if (loss) throw loss;
    return caller;
  }
}

const subjectsOf = ({ followed }: Session): Uuid[] =>
  [...followed.values()].flatMap(({ subject }) => (subject ? [subject] : []));

const unauthenticated = () => new DomainError('UNAUTHENTICATED', 'unauthenticated', 'Sign in first.');

/** Whether the new token belongs to the same guest, or to the same user with at least the same permissions. */
function isSameCaller(old: Caller, next: Caller): boolean {
  if (old.kind === 'guest') return next.kind === 'guest' && old.cartToken?.guestHash === next.cartToken?.guestHash;
  return (
    next.kind === 'user' &&
    old.userId === next.userId &&
    old.permissions.every((permission) => next.permissions.includes(permission))
  );
}

/** A copy with the fields that were sent, without inherited fields. */
const ownFields = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : body;

function parseBody<Shape extends z.ZodType>(shape: Shape, body: unknown, hint: string): z.infer<Shape> {
  const sent = shape.safeParse(ownFields(body));
  if (!sent.success) throw new DomainError('VALIDATION_ERROR', 'invalid', hint);
  return sent.data;
}
