import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { register } from 'prom-client';
import { Config } from '#platform/config';
import { ShopHealth } from './health';

const MOST_CONNECTIONS = 100;

/**
 * Serves metrics and health probes on a separate port, for monitoring inside the network. This port also responds when
 * the public port has too many clients.
 */
@Injectable()
export class MetricsServer implements OnApplicationShutdown {
  private server?: Server;

  constructor(
    private readonly config: Config,
    private readonly health: ShopHealth,
  ) {}

  /** The port on which the server listens; undefined without METRICS_PORT. */
  get port(): number | undefined {
    return (this.server?.address() as AddressInfo | null | undefined)?.port;
  }

  async open(): Promise<void> {
    const { metricsPort, host } = this.config;
    if (metricsPort === undefined) return;
    const server = createServer({ requestTimeout: 10_000, connectionsCheckingInterval: 1_000 }, (request, response) => {
      this.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.maxConnections = MOST_CONNECTIONS;
    await new Promise<void>((listening, failed) =>
      server.once('error', failed).listen(metricsPort, host, () => listening()),
    );
    this.server = server;
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url.split('?', 1)[0];
    if (method !== 'GET' && method !== 'HEAD') return send(response, 405, '');
    if (path === '/metrics') return send(response, 200, await register.metrics(), register.contentType);
    if (path === '/health/live')
      return sendHealth(response, true, { status: 'ok', timestamp: new Date().toISOString() });
    if (path === '/health') {
      const health = await this.health.readHealth();
      return sendHealth(response, health.status !== 'down', health);
    }
    if (path !== '/health/ready') return send(response, 404, '');
    const { ready, health } = await this.health.readiness();
    sendHealth(response, ready, health);
  }
}

const sendHealth = (response: ServerResponse, isHealthy: boolean, body: object): void =>
  send(response, isHealthy ? 200 : 503, JSON.stringify(body), 'application/json; charset=utf-8');

function send(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(status === 503 && { 'retry-after': '1' }),
  });
  response.end(body);
}
