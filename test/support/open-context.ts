import { Global, Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { readConfig, type ContextName } from '#platform/config';
import { TOKEN_AUDIENCE, TOKEN_ISSUER, VerifyingKeys, type Role } from '#platform/security';
import { createShop } from '#platform/serve';
import { testDatabase, type TestDatabase } from './test-database';

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: { success: boolean; data: any; meta: any; error?: { code: string; details?: { field: string }[] } };
}
interface Request {
  readonly token?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Some contexts of the shop, with a database of their own. Tests send HTTP requests to them without a network socket. */
export interface OpenContext {
  readonly app: NestFastifyApplication;
  readonly database: TestDatabase;
  /** Makes an access token like those of `identity`. */
  token(role: Role, more?: { userId?: string; cart?: string; name?: string; locale?: 'vi' | 'en' }): Promise<string>;
  ask(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, request?: Request): Promise<Reply>;
  close(): Promise<void>;
}

const KID = 'test';

/** Opens the contexts. `standIns`: fakes that answer questions to contexts that are not opened. */
export async function openContext(
  modules: readonly (Type | DynamicModule)[],
  contexts: readonly ContextName[],
  standIns: readonly Provider[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<OpenContext> {
  const database = await testDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-context-'));
  const config = readConfig({
    SHOP_PROFILE: 'demo',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    RATE_LIMIT_API: '0',
    SEED_DEMO: 'false',
    ...env,
  });
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { find: async (kid: string): Promise<KeyObject | undefined> => (kid === KID ? publicKey : undefined) };
  const provided = [{ provide: VerifyingKeys, useValue: keys }, ...standIns];
  class StandIns {}
  Global()(StandIns);
  Module({ providers: provided, exports: provided.map((one) => (one as unknown as { provide: never }).provide) })(
    StandIns,
  );
  const quiet = { log() {}, warn() {}, error: console.error, fatal: console.error };
  const app = await createShop([StandIns, ...modules], config, { contexts, logger: quiet });

  return {
    app,
    database,
    token: (role, { userId = randomUUID(), cart, ...registered } = {}) =>
      new SignJWT({ email: 'an@example.com', role, sid: randomUUID(), ...(cart && { cart }), ...registered })
        .setProtectedHeader({ alg: 'ES256', kid: KID, typ: 'at+jwt' })
        .setSubject(userId)
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('15m')
        .setJti(randomUUID())
        .sign(privateKey),
    async ask(method, path, { token, body, headers } = {}) {
      const reply = await app.inject({
        method,
        url: `/api/v1${path}`,
        headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
        ...(body && { payload: body }),
      });
      const text = reply.body;
      return { status: reply.statusCode, headers: reply.headers as never, body: text ? JSON.parse(text) : undefined };
    },
    async close() {
      await app.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
