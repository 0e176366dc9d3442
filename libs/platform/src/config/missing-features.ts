type Environment = Readonly<Record<string, string | undefined>>;

const noLogInWith = (who: string) => `no log-in with ${who}`;
const noPaymentsBy = (who: string) => `no payments by ${who}`;

/**
 * Settings of features that do not exist yet. If an operator sets one of these variables, the start fails with an
 * explanation.
 */
const MISSING: Readonly<Record<string, string>> = {
  RABBITMQ_URL: 'no RabbitMQ transport',
  GOOGLE_CLIENT_ID: noLogInWith('Google'),
  GOOGLE_CLIENT_SECRET: noLogInWith('Google'),
  FACEBOOK_CLIENT_ID: noLogInWith('Facebook'),
  FACEBOOK_CLIENT_SECRET: noLogInWith('Facebook'),
  STRIPE_SECRET_KEY: noPaymentsBy('Stripe'),
  STRIPE_WEBHOOK_SECRET: noPaymentsBy('Stripe'),
  VNPAY_TMN_CODE: noPaymentsBy('VNPay'),
  VNPAY_HASH_SECRET: noPaymentsBy('VNPay'),
  MOMO_PARTNER_CODE: noPaymentsBy('MoMo'),
  MOMO_ACCESS_KEY: noPaymentsBy('MoMo'),
  MOMO_SECRET_KEY: noPaymentsBy('MoMo'),
  VIETQR_BANK_BIN: noPaymentsBy('VietQR'),
  VIETQR_ACCOUNT: noPaymentsBy('VietQR'),
  BANK_FEED_SECRET: 'no bank feed',
  SHOP_NETWORKS: 'no rule for the networks of the shop',
};

/** Numeric settings of features that do not exist yet. 0 means that the feature is off, so 0 is accepted. */
const MISSING_UNLESS_ZERO: Readonly<Record<string, string>> = {
  GUEST_CASH_MAX_AMOUNT: 'no highest amount for guests who pay cash',
  GUEST_CASH_MAX_OPEN: 'no limit of open orders for guests who pay cash',
  ORDER_ACCEPT_MINUTES: 'no time limit for accepting an order',
  PAYMENT_ACTION_MINUTES: 'no time limit for a customer who has to confirm a payment',
  PAYMENT_RETRY_MINUTES: 'no second attempt after a declined payment',
  RATE_LIMIT_PUBLIC: 'no separate limit for the public routes',
  SHUTDOWN_DELAY_MS: 'no delay before the shop stops',
};

/** Returns one line of text for each setting of a feature that does not exist. */
export function faultsOfMissingFeatures(given: Environment): string[] {
  const lines = Object.entries(MISSING)
    .filter(([name]) => given[name] !== undefined)
    .map(([name, what]) => `${name} is set, but this build has ${what} yet: remove the setting`);
  for (const [name, what] of Object.entries(MISSING_UNLESS_ZERO)) {
    if (given[name] !== undefined && Number(given[name]) !== 0)
      lines.push(`${name} is set, but this build has ${what} yet: remove the setting, or set it to 0`);
  }
  if (given['REQUIRE_SECOND_FACTOR'] === 'true')
    lines.push('REQUIRE_SECOND_FACTOR is true, but this build has no second factor yet: remove the setting');
  return lines;
}
