import type { INestApplication } from '@nestjs/common';
import { ShopState } from '#platform/observability';
import { IoAdapter } from '@nestjs/platform-socket.io';

type SocketServer = ReturnType<IoAdapter['createIOServer']> & {
  readonly engine: { readonly clients: Readonly<Record<string, { close(): void }>> };
};
type Options = NonNullable<Parameters<IoAdapter['createIOServer']>[1]>;

/** Web sockets beside the routes, on the same port and for the same origins. */
export class ShopSockets extends IoAdapter {
  constructor(
    private readonly app: INestApplication,
    private readonly origins: string[] | '*' | false,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: Options): ReturnType<IoAdapter['createIOServer']> {
    const server = super.createIOServer(port, {
      ...options,
      serveClient: false,
      maxHttpBufferSize: 64 * 1024,
      ...(this.origins && { cors: { origin: this.origins } }),
    } as Options) as SocketServer;
    this.app.get(ShopState).draining.addEventListener('abort', () => sendAway(server), { once: true });
    return server;
  }
}

/**
 * Before the shop closes. Connections are closed below the sockets: a client that is disconnected by name stays away for
 * ever, one whose connection is closed comes back by itself, with the last version it saw.
 */
function sendAway({ engine }: SocketServer): void {
  for (const connection of Object.values(engine.clients)) connection.close();
}
