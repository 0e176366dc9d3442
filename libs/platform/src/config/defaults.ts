import type { VariableName } from './variables';

export type Defaults = Partial<Record<VariableName, string>>;

/** The admin account of the demo. The password is public. So a shop with this password must listen on loopback only. */
export const DEMO_ADMIN = { email: 'admin@coffee-tea.example', password: 'demo-admin-brews' } as const;

/** The default of PUBLIC_URL. */
export const LOCAL_URL = 'http://localhost:3000';

const common: Defaults = {
  PORT: '3000',
  PUBLIC_URL: LOCAL_URL,
  DATA_DIR: '.data',
  CORS_ORIGINS: '',
  TRUSTED_PROXIES: '',
  SEAL_FORMER_KEYS: '',
  CART_TOKEN_FORMER_SECRETS: '',
  EVENT_FORMER_KEYS: '',
  REQUIRE_SECOND_FACTOR: 'false',
  ACCESS_TOKEN_TTL_SECONDS: '900',
  REFRESH_TOKEN_TTL_SECONDS: '604800',
  SESSION_SECONDS_CUSTOMER: '7776000',
  SESSION_SECONDS_STAFF: '43200',
  RATE_LIMIT_API: '100',
  RATE_LIMIT_LOGIN: '5',
  RATE_LIMIT_REGISTER: '5',
  EDGE_RATE: '50',
  EDGE_CONNECTIONS: '100',
  EDGE_SOCKETS: '20',
  PAYMENT_TIMEOUT_MS: '2000',
  REFUND_DAILY_LIMIT_BARISTA: '500000',
  RESERVATION_TTL_SECONDS: '900',
  REBUILD_YIELD_MS: '250',
  MESSAGE_DELIVERY: 'auto',
  MAIL_FROM: 'Coffee & Tea <hello@coffee-tea.example>',
  LOG_LEVEL: 'info',
};

export const defaults: Readonly<Record<'demo' | 'production', Defaults>> = {
  demo: {
    ...common,
    SHOP_PROFILE: 'demo',
    HOST: '127.0.0.1',
    ADMIN_EMAIL: DEMO_ADMIN.email,
    ADMIN_PASSWORD: DEMO_ADMIN.password,
    SEED_DEMO: 'true',
    PAYMENT_PROVIDERS: 'sandbox,cash',
    GUEST_CASH_MAX_ITEMS: '0',
  },
  production: {
    ...common,
    SHOP_PROFILE: 'production',
    HOST: '0.0.0.0',
    SEED_DEMO: 'false',
    PAYMENT_PROVIDERS: 'cash',
    GUEST_CASH_MAX_ITEMS: '30',
  },
};
