export { ConfigModule } from './config.module';
export { Config, ConfigError, isShopSetUp, readConfig } from './config';
export { contextNames, shopContexts, usedBy, type ContextName } from './contexts';
export { DEMO_ADMIN, LOCAL_URL } from './defaults';
export { DamagedSecrets } from './demo-secrets';
export { inFolderOf, UnusableFolder } from './unusable-folder';
export { paymentProviders, type PaymentProviderName } from './variables';
export { isEmailAddress, isNewEmailAddress, LONGEST_EMAIL } from './email-address';
