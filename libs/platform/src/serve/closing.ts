import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as pause } from 'node:timers/promises';
import { ShopState } from '#platform/observability';

const ANSWERING_MS = 4_000;
const CLOSING_MS = 3_000;

const waitAtMost = <Result>(work: Promise<Result>, milliseconds: number): Promise<Result | void> => {
  let timer: NodeJS.Timeout | undefined;
  const timeLimit = new Promise<void>((done) => (timer = setTimeout(done, milliseconds)));
  return Promise.race([work, timeLimit]).finally(() => clearTimeout(timer));
};

/**
 * Closes the shop in this order: it reports that it is not ready, accepts no new connections, finishes the running
 * requests, and closes the Nest application. The application is closed last, because the requests need its database
 * pools.
 */
export async function closeShop(app: NestFastifyApplication): Promise<void> {
  const state = app.get(ShopState);
  const server = app.getHttpServer();
  state.drain();
  server.close();
  server.closeIdleConnections();
  for (const deadline = Date.now() + ANSWERING_MS; state.inFlight > 0 && Date.now() < deadline;) await pause(20);
  await waitAtMost(app.close(), CLOSING_MS);
  server.closeAllConnections();
}
