/**
 * The only code that migrations are allowed to import. Each migration contains its own SQL, so that it never changes.
 */
export { runtimeRole } from '../pool/roles';
