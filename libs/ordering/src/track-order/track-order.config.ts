import { makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { OrderFeed } from './order-feed.query';
import { TrackOrderGateway } from './track-order.gateway';

export const trackOrderProviders = [
  OrderFeed,
  TrackOrderGateway,
  makeGaugeProvider({ name: 'websocket_active_connections', help: 'Web socket clients that are connected' }),
];
