import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#platform/config';
import {
  AddressLimits,
  FailureFilter,
  keepDoor,
  layEdge,
  limitConnections,
  serveDocs,
  takeBodies,
  tellOfUntrustedProxies,
} from '#platform/http';
import { AccessRecord, ShopState } from '#platform/observability';
import { isInternal } from '#platform/questions';
import { proofOfSender } from './proof-of-sender';
import { ShopSockets } from './sockets';

const OUTSIDE_PREFIX = ['health', 'health/live', 'health/ready', 'metrics', '.well-known/jwks.json', 'internal/*path'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Headers that a page of another origin may read, beside those that every page may read. */
const TOLD = [
  ...['X-Request-Id', 'X-Cart-Token', 'ETag', 'Location', 'Content-Language', 'Content-Disposition', 'Retry-After'],
  ...['Idempotent-Replayed', 'Preference-Applied', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
];

/** The pages at /docs have their own scripts and styles. No other answer is a page. */
const HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Front ends of other origins show the shop's pictures.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
} as const;

/**
 * Edge, limits, headers, sockets, prefix and docs: what every process has before its routes. Then it is initialised.
 */
export async function configureApp(
  app: NestFastifyApplication,
  config: Config,
  lateness?: () => boolean,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const protection = await protectiveHeaders(config);
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(protection);
    done();
  });
  layEdge(fastify, {
    state: app.get(ShopState),
    record: app.get(AccessRecord),
    failures: app.get(FailureFilter),
    ...(lateness && { lateness }),
  });
  tellOfUntrustedProxies(fastify);
  keepDoor(fastify, {
    limits: new AddressLimits(config),
    failures: app.get(FailureFilter),
    isOurs: (headers) => isInternal(headers, config),
  });
  limitConnections(fastify);
  takeBodies(fastify, { prove: proofOfSender(app, config) });
  const origins = config.corsOrigins.includes('*') ? '*' : config.corsOrigins.length > 0 && [...config.corsOrigins];
  if (origins) app.enableCors({ origin: origins, methods: METHODS, exposedHeaders: TOLD, maxAge: 600 });
  app.useWebSocketAdapter(new ShopSockets(app, origins, config));
  app.setGlobalPrefix('api/v1', { exclude: OUTSIDE_PREFIX });
  serveDocs(app);
  await app.init();
  await fastify.ready();
}

const OF_THE_ANSWER = ['date', 'connection', 'keep-alive', 'content-length', 'content-type'];

/** Helmet computes the same headers for every answer, so they are computed once. */
async function protectiveHeaders({ profile }: Config): Promise<Record<string, string>> {
  const asked = new FastifyAdapter().getInstance();
  await asked.register(helmet, { ...HELMET, hsts: profile === 'production' });
  asked.get('/', (_request, reply) => reply.send(''));
  const { headers } = await asked.inject('/');
  await asked.close();
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      OF_THE_ANSWER.includes(name) || value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
