export { KeyVault, SubjectErased } from './key-vault';
export { PrivacyModule } from './privacy.module';
export { keyEncryptionKey } from './sealing';
export { SubjectKeys } from './subject-keys.store';
export { Vault, type Opened } from './vault';
