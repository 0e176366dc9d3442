import { isIP } from 'node:net';
import { z } from 'zod';
import { isEmailAddress } from './email-address';
import { contextNames, type ContextName } from './contexts';

const SECONDS_OF_A_YEAR = 31_536_000;

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const url = (...protocols: string[]) =>
  z.string().refine(
    (text) => {
      const parsed = URL.canParse(text) ? new URL(text).protocol : '';
      return protocols.some((protocol) => parsed === `${protocol}:`);
    },
    `must be a URL that starts with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  );

const isSecret = (text: string): boolean =>
  /^[A-Za-z0-9+/_-]+=*$/.test(text) && Buffer.from(text, 'base64').length >= 32;

const isFormerKey = (text: string): boolean =>
  text.startsWith('public:') ? /^public:[0-9a-f]{64}$/i.test(text) : isSecret(text);

/** 256 random bits in base64, as `openssl rand -base64 32` prints them. */
const SECRET = 'must be at least 32 random bytes in base64 (openssl rand -base64 32)';
const secret = z.string(SECRET).refine(isSecret, SECRET);

const list = (fits: (item: string) => boolean, what: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .refine((items) => items.every(fits), `must be ${what}, separated by commas`);

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

export const paymentProviders = ['sandbox', 'cash'] as const;
export type PaymentProviderName = (typeof paymentProviders)[number];

const databaseUrl = url('postgres', 'postgresql');
const databaseUrls = Object.fromEntries(
  contextNames.map((context) => [`DATABASE_URL_${context.toUpperCase()}`, databaseUrl.optional()]),
) as Record<`DATABASE_URL_${Uppercase<ContextName>}`, z.ZodOptional<typeof databaseUrl>>;

/** Every variable the shop reads, and what it must look like. `.env.example` says what each is for. */
export const variables = z.object({
  SHOP_PROFILE: z.enum(['demo', 'production'], 'must be demo or production'),
  HOST: z.string().regex(/^[A-Za-z0-9.:-]+$/, 'must be an address or a host name'),
  PORT: whole(0, 65_535),
  PUBLIC_URL: url('http', 'https').transform((text) => text.replace(/\/+$/, '')),
  DATA_DIR: z.string(),
  CORS_ORIGINS: list((item) => item === '*' || /^https?:\/\/[^/]+$/.test(item), 'origins such as https://shop.example'),
  TRUSTED_PROXIES: list(isAddressOrRange, 'IP addresses or ranges such as 10.0.0.0/8'),

  DATABASE_URL: databaseUrl.optional(),
  ...databaseUrls,
  REDIS_URL: url('redis', 'rediss').optional(),
  RABBITMQ_URL: url('amqp', 'amqps').optional(),
  ELASTICSEARCH_URL: url('http', 'https').optional(),

  ADMIN_EMAIL: z.string().trim().refine(isEmailAddress, 'must be an e-mail address').optional(),
  ADMIN_PASSWORD: z.string().min(8, 'must have at least 8 characters').max(200, 'must have at most 200').optional(),
  SEED_DEMO: flag,
  REQUIRE_SECOND_FACTOR: flag,

  PERSONAL_DATA_KEY: secret,
  SEAL_SIGNING_KEY: secret,
  SEAL_FORMER_KEYS: list(isFormerKey, 'former secrets, or public keys as public:<64 hex digits>'),
  TOKEN_SECRET: secret,
  INTERNAL_SECRET: secret,
  SANDBOX_WEBHOOK_SECRET: z.string().min(8, 'must have at least 8 characters').optional(),

  ACCESS_TOKEN_TTL_SECONDS: whole(1, 86_400),
  REFRESH_TOKEN_TTL_SECONDS: whole(1, SECONDS_OF_A_YEAR),
  RATE_LIMIT_API: whole(0, 1_000_000_000),
  RATE_LIMIT_LOGIN: whole(0, 1_000_000_000),
  RATE_LIMIT_REGISTER: whole(0, 1_000_000_000),

  PAYMENT_PROVIDERS: list(
    (item) => (paymentProviders as readonly string[]).includes(item),
    `some of ${paymentProviders.join(', ')}`,
  ).transform((items) => items as PaymentProviderName[]),
  PAYMENT_TIMEOUT_MS: whole(50, 600_000),
  RESERVATION_TTL_SECONDS: whole(1, SECONDS_OF_A_YEAR),
  REBUILD_YIELD_MS: whole(1, 600_000),

  SMTP_URL: url('smtp', 'smtps').optional(),
  MAIL_FROM: z.string().min(3, 'must be an address such as Coffee & Tea <hello@coffee-tea.example>'),

  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  FACEBOOK_CLIENT_ID: z.string().optional(),
  FACEBOOK_CLIENT_SECRET: z.string().optional(),

  IDENTITY_URL: url('http', 'https').optional(),
  CUSTOMERS_URL: url('http', 'https').optional(),
  CATALOG_URL: url('http', 'https').optional(),
  CART_URL: url('http', 'https').optional(),
  ORDERING_URL: url('http', 'https').optional(),

  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug', 'silent'], 'must be error, warn, info, debug or silent'),
  LOG_DIR: z.string().optional(),
});

export type Variables = z.infer<typeof variables>;
export type VariableName = keyof Variables;
