export { ConfigModule } from './config.module';
export { Config, ConfigError, isFurnished, readConfig } from './config';
export { contextNames, shopContexts, type ContextName } from './contexts';
export { DEMO_ADMIN } from './defaults';
export { paymentProviders, type PaymentProviderName } from './variables';
export { isEmailAddress, LONGEST_EMAIL } from './email-address';
