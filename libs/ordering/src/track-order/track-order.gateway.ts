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
import { ShopState } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { AccessTokens, hashOfToken, may, type Caller } from '#platform/security';
import { readerOf } from '../view-order/view-order.controller';
import { FollowedOrder, type Tell } from './followed-order.query';
import { OrderFeed } from './order-feed.query';

const most = 50;

const Credentials = z.union([
  z.object({ token: z.string().min(1).max(4_096) }),
  z.object({ cartToken: z.string().min(16).max(200) }),
]);
const Followed = z.object({ orderId: IdShape });
const Subscription = Followed.extend({ lastVersion: z.int().min(0).max(1_000_000).optional() });

interface Session {
  caller: Caller;
  followed: Map<Uuid, FollowedOrder>;
}

type Acknowledged = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

const refusal = (error: unknown): Acknowledged =>
  error instanceof DomainError
    ? { ok: false, code: error.code, message: error.message }
    : { ok: false, code: 'INTERNAL', message: 'Something broke on our side.' };

/** Live tracking: `subscribe {orderId, lastVersion?}` is answered by a `snapshot`, then by `event`s in version order. */
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
    private readonly shop: ShopState,
    @InjectMetric('websocket_active_connections') private readonly connections: Gauge,
  ) {}

  /** Nobody connects without saying who they are: a user by `auth.token`, a guest by `auth.cartToken`. */
  afterInit(server: Namespace): void {
    // Clients are sent away before the shop closes; they come back with the last version they saw.
    this.shop.draining.addEventListener('abort', () => server.disconnectSockets(true), { once: true });
    server.use((socket, next) => {
      this.callerOf(socket.handshake.auth).then(
        (caller) => {
          socket.data = { caller, followed: new Map() } satisfies Session;
          next();
        },
        (error: DomainError) => next(Object.assign(new Error(error.message), { data: { code: error.code } })),
      );
    });
  }

  handleConnection(): void {
    this.connections.inc();
  }

  handleDisconnect(socket: Socket): void {
    this.connections.dec();
    for (const one of (socket.data as Session).followed.values()) one.end();
  }

  @SubscribeMessage('subscribe')
  async subscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Promise<Acknowledged> {
    const { caller, followed } = socket.data as Session;
    try {
      const { orderId, lastVersion } = read(body);
      followed.get(orderId)?.end();
      followed.delete(orderId);
      if (followed.size >= most) throw new DomainError('TOO_MANY', 'refused', `Follow at most ${most} orders at once.`);
      const tell: Tell = (word, said) => socket.emit(word, said);
      const failed = (): void => void socket.disconnect(true);
      const one = new FollowedOrder(this.store, this.feed, this.vault, orderId, tell, failed);
      followed.set(orderId, one);
      await one.begin(may(caller, 'staff') ? undefined : readerOf(caller), lastVersion).catch((error: unknown) => {
        if (followed.get(orderId) === one) followed.delete(orderId);
        throw error;
      });
      if (!socket.connected) one.end();
      return { ok: true };
    } catch (error) {
      const refused = refusal(error);
      if (!(error instanceof DomainError)) this.log.error('an order could not be followed', (error as Error)?.stack);
      socket.emit('refused', refused);
      return refused;
    }
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() body: unknown): Acknowledged {
    const { followed } = socket.data as Session;
    const said = Followed.safeParse(body);
    if (!said.success) return refusal(new DomainError('VALIDATION_ERROR', 'invalid', 'Send { orderId }.'));
    const { orderId } = said.data;
    followed.get(orderId)?.end();
    followed.delete(orderId);
    return { ok: true };
  }

  private async callerOf(auth: unknown): Promise<Caller> {
    const said = Credentials.safeParse(auth);
    if (!said.success) throw new DomainError('UNAUTHENTICATED', 'unauthenticated', 'Sign in first.');
    if ('token' in said.data) return this.tokens.callerOf(said.data.token);
    const { cartToken } = said.data;
    return { kind: 'guest', cartToken, cartTokenHash: hashOfToken(cartToken) };
  }
}

function read(body: unknown): z.infer<typeof Subscription> {
  const said = Subscription.safeParse(body);
  if (!said.success) throw new DomainError('VALIDATION_ERROR', 'invalid', 'Send { orderId, lastVersion? }.');
  return said.data;
}
