import { isIP } from 'node:net';
import { z } from 'zod';
import { isEmailAddress, isNewEmailAddress } from './email-address';
import { contextNames, type ContextName } from './contexts';

const SECONDS_OF_A_YEAR = 31_536_000;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const url = (...protocols: string[]) =>
  z
    .string()
    .trim()
    .refine(
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

/** At least 256 random bits in base64, as `openssl rand -base64 32` prints them. */
const SECRET = 'must be at least 32 random bytes in base64 (openssl rand -base64 32)';
const secret = z.string(SECRET).refine(isSecret, SECRET);

const list = (isValid: (item: string) => boolean, what: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .refine((items) => items.every(isValid), `must be ${what}, separated by commas`);

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** An IP address or a host name. Whether it belongs to this machine is not checked here. */
const isHost = (text: string): boolean =>
  isIP(text) !== 0 ||
  (/^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(text) && /[a-z]/i.test(text));

/** An e-mail address, or a name followed by the e-mail address in angle brackets. */
function isSender(text: string): boolean {
  const [, inBrackets] = /^[^<>\r\n]*<([^<>]+)>$/.exec(text) ?? [];
  return isEmailAddress(inBrackets ?? text);
}

export const paymentProviders = ['sandbox', 'cash'] as const;
export type PaymentProviderName = (typeof paymentProviders)[number];

const databaseUrl = url('postgres', 'postgresql');
const databaseUrls = Object.fromEntries(
  contextNames.map((context) => [`DATABASE_URL_${context.toUpperCase()}`, databaseUrl.optional()]),
) as Record<`DATABASE_URL_${Uppercase<ContextName>}`, z.ZodOptional<typeof databaseUrl>>;

/** Every variable that the shop reads, with its format. `.env.example` explains each variable. */
export const variables = z.object({
  SHOP_PROFILE: z.enum(['demo', 'production'], 'must be demo or production'),
  SHOP_BUILD: z
    .string()
    .regex(/^[\w.:+@/-]{1,64}$/, 'must have at most 64 characters, letters, digits and . : + @ / - _ only')
    .optional(),
  HOST: z.string().refine(isHost, 'is not an address: set an address of this machine, such as 127.0.0.1'),
  PORT: wholeNumber(0, 65_535),
  PUBLIC_URL: url('http', 'https').transform((text) => text.replace(/\/+$/, '')),
  DATA_DIR: z.string(),
  CORS_ORIGINS: list((item) => item === '*' || /^https?:\/\/[^/]+$/.test(item), 'origins such as https://shop.example'),
  TRUSTED_PROXIES: list(isAddressOrRange, 'IP addresses or ranges such as 10.0.0.0/8'),

  DATABASE_URL: databaseUrl.optional(),
  ...databaseUrls,
  DATABASE_URL_LEADERSHIP: databaseUrl.optional(),
  REDIS_URL: url('redis', 'rediss').optional(),
  RABBITMQ_URL: url('amqp', 'amqps').optional(),
  ELASTICSEARCH_URL: url('http', 'https').optional(),

  ADMIN_EMAIL: z.string().trim().normalize().refine(isNewEmailAddress, 'must be an e-mail address').optional(),
  ADMIN_PASSWORD: z.string().min(8, 'must have at least 8 characters').max(200, 'must have at most 200').optional(),
  SEED_DEMO: flag,
  REQUIRE_SECOND_FACTOR: flag,

  PERSONAL_DATA_KEY: secret,
  SEAL_SIGNING_KEY: secret,
  SEAL_FORMER_KEYS: list(isFormerKey, 'former secrets, or public keys as public:<64 hex digits>'),
  EVENT_MAC_KEY: secret,
  EVENT_FORMER_KEYS: list(isSecret, 'former secrets'),
  TOKEN_SECRET: secret,
  INTERNAL_SECRET: secret,
  CART_TOKEN_SECRET: secret,
  CART_TOKEN_FORMER_SECRETS: list(isSecret, 'former secrets, each at least 32 random bytes in base64'),
  SANDBOX_WEBHOOK_SECRET: z.string().min(8, 'must have at least 8 characters').optional(),

  ACCESS_TOKEN_TTL_SECONDS: wholeNumber(1, 86_400),
  REFRESH_TOKEN_TTL_SECONDS: wholeNumber(1, SECONDS_OF_A_YEAR),
  SESSION_SECONDS_CUSTOMER: wholeNumber(1, SECONDS_OF_A_YEAR),
  SESSION_SECONDS_STAFF: wholeNumber(1, SECONDS_OF_A_YEAR),
  RATE_LIMIT_API: wholeNumber(0, 1_000_000_000),
  RATE_LIMIT_LOGIN: wholeNumber(0, 1_000_000_000),
  RATE_LIMIT_REGISTER: wholeNumber(0, 1_000_000_000),
  EDGE_RATE: wholeNumber(0, 1_000_000_000),
  EDGE_CONNECTIONS: wholeNumber(0, 1_000_000_000),
  EDGE_SOCKETS: wholeNumber(0, 1_000_000_000),

  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/-]{16,256}=*$/, 'must have 16 to 256 letters, digits and - . _ ~ + / only')
    .optional(),

  PAYMENT_PROVIDERS: list(
    (item) => (paymentProviders as readonly string[]).includes(item),
    `some of ${paymentProviders.join(', ')}`,
  )
    .refine((items) => items.length > 0, `must name at least one of ${paymentProviders.join(', ')}`)
    .transform((items) => items as PaymentProviderName[]),
  PAYMENT_TIMEOUT_MS: wholeNumber(50, 600_000),
  REFUND_DAILY_LIMIT_BARISTA: wholeNumber(0, 1_000_000_000),
  RESERVATION_TTL_SECONDS: wholeNumber(1, SECONDS_OF_A_YEAR),
  GUEST_CASH_MAX_ITEMS: wholeNumber(0, 1_000_000),
  REBUILD_YIELD_MS: wholeNumber(1, 600_000),
  MESSAGE_DELIVERY: z.enum(['auto', 'direct', 'relay'], 'must be auto, direct or relay'),

  SMTP_URL: url('smtp', 'smtps').optional(),
  MAIL_FROM: z.string().trim().refine(isSender, 'must be an address such as Coffee & Tea <hello@coffee-tea.example>'),

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
  ERASED_SUBJECTS_FILE: z.string().optional(),
  SEAL_ANCHOR_FILE: z.string().optional(),
});

export type Variables = z.infer<typeof variables>;
export type VariableName = keyof Variables;
