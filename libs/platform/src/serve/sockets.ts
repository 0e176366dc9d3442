import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';

type Options = NonNullable<Parameters<IoAdapter['createIOServer']>[1]>;

/** Web sockets beside the routes, on the same port and for the same origins. */
export class ShopSockets extends IoAdapter {
  constructor(
    app: INestApplication,
    private readonly origins: string[] | '*' | false,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: Options): ReturnType<IoAdapter['createIOServer']> {
    return super.createIOServer(port, {
      ...options,
      serveClient: false,
      maxHttpBufferSize: 64 * 1024,
      ...(this.origins && { cors: { origin: this.origins } }),
    } as Options);
  }
}
