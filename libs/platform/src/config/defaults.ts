import type { VariableName } from './variables';

export type Defaults = Partial<Record<VariableName, string>>;

/** Printed at start and in the README: whoever keeps it stays on loopback. */
export const DEMO_ADMIN = { email: 'admin@coffee-tea.example', password: 'demo-admin-brews' } as const;

const both: Defaults = {
  PORT: '3000',
  PUBLIC_URL: 'http://localhost:3000',
  DATA_DIR: '.data',
  CORS_ORIGINS: '',
  TRUSTED_PROXIES: '',
  SEAL_FORMER_KEYS: '',
  ACCESS_TOKEN_TTL_SECONDS: '900',
  REFRESH_TOKEN_TTL_SECONDS: '604800',
  RATE_LIMIT_API: '100',
  RATE_LIMIT_LOGIN: '5',
  RATE_LIMIT_REGISTER: '5',
  PAYMENT_TIMEOUT_MS: '2000',
  RESERVATION_TTL_SECONDS: '900',
  REBUILD_YIELD_MS: '250',
  MAIL_FROM: 'Coffee & Tea <hello@coffee-tea.example>',
  LOG_LEVEL: 'info',
};

export const defaults: Readonly<Record<'demo' | 'production', Defaults>> = {
  demo: {
    ...both,
    SHOP_PROFILE: 'demo',
    HOST: '127.0.0.1',
    ADMIN_EMAIL: DEMO_ADMIN.email,
    ADMIN_PASSWORD: DEMO_ADMIN.password,
    SEED_DEMO: 'true',
    REQUIRE_SECOND_FACTOR: 'false',
    PAYMENT_PROVIDERS: 'sandbox,cash',
  },
  production: {
    ...both,
    SHOP_PROFILE: 'production',
    HOST: '0.0.0.0',
    SEED_DEMO: 'false',
    REQUIRE_SECOND_FACTOR: 'true',
    PAYMENT_PROVIDERS: 'cash',
  },
};
