/** All that a migration may use of the code: a role's name. Its SQL stands in the migration itself, as it ran. */
export { runtimeRole } from '../pool/roles';
