import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#platform/config';
import {
  AddressLimits,
  FailureFilter,
  addDoor,
  addEdge,
  limitConnections,
  serveDocs,
  addBodyParsers,
  useClientAddresses,
  keepReadyAnswers,
  ReadyAnswers,
  sendReadyAnswers,
} from '#platform/http';
import { AccessRecord, ShopState } from '#platform/observability';
import { isInternal } from '#platform/questions';
import { ClientAddresses, GuestLimit } from '#platform/security';
import { proofOfSender } from './proof-of-sender';
import { ShopSockets } from './sockets';

const OUTSIDE_PREFIX = ['health', 'health/live', 'health/ready', 'metrics', '.well-known/jwks.json', 'internal/*path'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/**
 * Response headers that a page of another origin is allowed to read, in addition to the headers that CORS always
 * allows.
 */
const EXPOSED_HEADERS = [
  ...['X-Request-Id', 'X-Cart-Token', 'ETag', 'Location', 'Content-Language', 'Content-Disposition', 'Retry-After'],
  ...['Idempotent-Replayed', 'Preference-Applied', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
];

/** Only /docs serves pages. The Content-Security-Policy allows the scripts and styles of these pages. */
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
  // Front ends of other origins are allowed to show the pictures of the shop.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
} as const;

/**
 * Adds everything that runs before the routes: edge, limits, headers, sockets, prefix and docs. Then initialises `app`.
 */
export async function configureApp(app: NestFastifyApplication, config: Config, isLate?: () => boolean): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const addresses = new ClientAddresses(config.trustedProxies);
  useClientAddresses(fastify, addresses); // first, so that all later hooks see the same address
  const protection = await protectiveHeaders(config);
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers(protection);
    done();
  });
  addEdge(fastify, {
    state: app.get(ShopState),
    record: app.get(AccessRecord),
    failures: app.get(FailureFilter),
    ...(isLate && { isLate }),
  });
  const addressLimits = new AddressLimits(config);
  addDoor(fastify, {
    limits: addressLimits,
    failures: app.get(FailureFilter),
    isInternal: (headers) => isInternal(headers, config),
  });
  limitConnections(fastify);
  const answers = app.get(ReadyAnswers);
  keepReadyAnswers(fastify, answers);
  addBodyParsers(fastify, { prove: proofOfSender(app, config) });
  const origins = config.corsOrigins.includes('*') ? '*' : config.corsOrigins.length > 0 && [...config.corsOrigins];
  if (origins) app.enableCors({ origin: origins, methods: METHODS, exposedHeaders: EXPOSED_HEADERS, maxAge: 600 });
  app.useWebSocketAdapter(new ShopSockets(app, { origins, addresses, limits: config }));
  app.setGlobalPrefix('api/v1', { exclude: OUTSIDE_PREFIX });
  serveDocs(app);
  await app.init();
  await fastify.ready();
  sendReadyAnswers(fastify, {
    answers,
    addresses,
    addressLimits,
    state: app.get(ShopState),
    record: app.get(AccessRecord),
    guestLimit: app.get(GuestLimit),
  });
}

const PER_RESPONSE = ['date', 'connection', 'keep-alive', 'content-length', 'content-type'];

/**
 * Helmet computes the same headers for every response. So the headers are computed only once, and read from the
 * response of a sample server.
 */
async function protectiveHeaders({ profile }: Config): Promise<Record<string, string>> {
  const sample = new FastifyAdapter().getInstance();
  await sample.register(helmet, { ...HELMET, hsts: profile === 'production' });
  sample.get('/', (_request, reply) => reply.send(''));
  const { headers } = await sample.inject('/');
  await sample.close();
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      PER_RESPONSE.includes(name) || value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
