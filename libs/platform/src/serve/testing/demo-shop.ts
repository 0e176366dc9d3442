import { Module, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SignJWT } from 'jose';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Config, ConfigModule } from '#platform/config';
import { HttpModule, shopAdapter } from '#platform/http';
import { HealthCheck, ObservabilityModule } from '#platform/observability';
import { SecurityModule, TOKEN_AUDIENCE, TOKEN_ISSUER, VerifyingKeys } from '#platform/security';
import { furnish } from '../furnish';
import { DemoController } from './demo.controller';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const USER = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6072';

class OneKey extends VerifyingKeys {
  find(kid: string): Promise<KeyObject | undefined> {
    return Promise.resolve(kid === 'k1' ? pair.publicKey : undefined);
  }
}

export class Patient extends HealthCheck {
  static well = true;
  static slow = false;
  readonly service = 'redis';
  async check(): Promise<void> {
    if (Patient.slow) await new Promise(() => undefined);
    if (!Patient.well) throw new Error('unwell');
  }
}

export class Heart extends HealthCheck {
  static well = true;
  readonly service = 'database';
  override readonly fatal = true;
  check(): Promise<void> {
    return Heart.well ? Promise.resolve() : Promise.reject(new Error('stopped'));
  }
}

@Module({ controllers: [DemoController], providers: [{ provide: VerifyingKeys, useClass: OneKey }, Patient, Heart] })
class DemoModule {}

export interface DemoOptions {
  readonly rateLimitApi?: number;
  readonly rateLimitLogin?: number;
  readonly rateLimitRegister?: number;
  readonly trustedProxies?: string[];
  readonly corsOrigins?: string[];
  readonly lateness?: () => boolean;
  readonly logger?: LoggerService;
}

/** A shop with one controller that does a bit of everything; no database, nothing listens. */
export async function demoShop({ lateness, logger, ...settings }: DemoOptions = {}): Promise<NestFastifyApplication> {
  const config = Object.assign(new Config(), {
    internalSecret: 'the shop’s own',
    rateLimitApi: 0,
    rateLimitLogin: 0,
    rateLimitRegister: 0,
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
  await furnish(app, config, lateness);
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
  return new SignJWT({ email: 'an@example.com', role, sid: 's1' })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
    .sign((forged ? stranger : pair).privateKey);
}
