import { Module, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtService } from '@nestjs/jwt';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Config, ConfigModule } from '#platform/config';
import { HttpModule, shopAdapter } from '#platform/http';
import { HealthCheck, Impaired, ObservabilityModule } from '#platform/observability';
import { SecurityModule, TOKEN_AUDIENCE, TOKEN_ISSUER, VerifyingKeys } from '#platform/security';
import { configureApp } from '../configure-app';
import { AdminBrewsController, DemoController, MenuController, WebhookController } from './demo.controller';

const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreignPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const USER = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6072';

class OneKey extends VerifyingKeys {
  find(kid: string): Promise<KeyObject | undefined> {
    return Promise.resolve(kid === 'k1' ? keyPair.publicKey : undefined);
  }
}

export class RedisCheck extends HealthCheck {
  static healthy = true;
  static slow = false;
  readonly service = 'redis';
  async check(): Promise<void> {
    if (RedisCheck.slow) await new Promise(() => undefined);
    if (!RedisCheck.healthy) throw new Error('unhealthy');
  }
}

export class DatabaseCheck extends HealthCheck {
  static healthy = true;
  static impaired = false;
  readonly service = 'database';
  override readonly fatal = true;
  check(): Promise<void> {
    if (DatabaseCheck.impaired) return Promise.reject(new Impaired('read-only'));
    return DatabaseCheck.healthy ? Promise.resolve() : Promise.reject(new Error('stopped'));
  }
}

/** A health check that `/health` lists only while the check fails as impaired. */
export class WarningCheck extends HealthCheck {
  static found: 'nothing' | 'something' | 'no answer' = 'nothing';
  readonly service = 'doubt';
  override readonly onlyWhenImpaired = true;
  async check(): Promise<void> {
    if (WarningCheck.found === 'no answer') await new Promise(() => undefined);
    if (WarningCheck.found === 'something') throw new Impaired('something');
  }
}

@Module({
  controllers: [DemoController, MenuController, AdminBrewsController, WebhookController],
  providers: [{ provide: VerifyingKeys, useClass: OneKey }, RedisCheck, DatabaseCheck, WarningCheck],
})
class DemoModule {}

export interface DemoOptions {
  readonly rateLimitApi?: number;
  readonly exemptsLoopback?: boolean;
  readonly rateLimitLogin?: number;
  readonly rateLimitRegister?: number;
  readonly trustedProxies?: string[];
  readonly corsOrigins?: string[];
  readonly edgeRate?: number;
  readonly edgeConnections?: number;
  readonly metricsPort?: number;
  readonly metricsToken?: string;
  readonly profile?: 'demo' | 'production';
  readonly logLevel?: string;
  readonly isLate?: () => boolean;
  readonly logger?: LoggerService;
}

/** A shop with demo controllers that use all decorators. It has no database and does not listen. */
export async function demoShop({ isLate, logger, ...settings }: DemoOptions = {}): Promise<NestFastifyApplication> {
  const config = Object.assign(new Config(), {
    publicUrl: 'https://shop.example',
    internalSecret: 'our-own',
    cartTokenSecret: Buffer.alloc(32, 7).toString('base64'),
    cartTokenFormerSecrets: [],
    rateLimitApi: 0,
    exemptsLoopback: false,
    rateLimitLogin: 0,
    rateLimitRegister: 0,
    edgeSockets: 20,
    edgeRate: 0,
    edgeConnections: 0,
    host: '127.0.0.1',
    corsOrigins: [],
    trustedProxies: [],
    profile: 'demo',
    ...settings,
  }) as Config;
  const root = {
    module: class Root {},
    imports: [ConfigModule.with(config), ObservabilityModule, SecurityModule, HttpModule, DemoModule],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, shopAdapter(config.trustedProxies), {
    abortOnError: false,
    bodyParser: false,
    logger: logger ?? false,
  });
  await configureApp(app, config, isLate);
  return app;
}

interface TokenOptions {
  readonly role?: string;
  readonly expiresIn?: number;
  readonly audience?: string;
  readonly issuer?: string;
  readonly kid?: string;
  readonly forged?: true;
  readonly sub?: string;
}

export function tokenFor({
  role = 'customer',
  expiresIn = 900,
  audience = TOKEN_AUDIENCE,
  issuer = TOKEN_ISSUER,
  kid = 'k1',
  forged,
  sub = USER,
}: TokenOptions = {}): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + expiresIn;
  return new JwtService().signAsync(
    { email: 'an@example.com', role, sid: 's1', exp },
    {
      algorithm: 'ES256',
      keyid: kid,
      subject: sub,
      issuer,
      audience,
      privateKey: (forged ? foreignPair : keyPair).privateKey,
    },
  );
}
