/** Migrations may import only this from the code. Each migration contains its own SQL, so it never changes. */
export { runtimeRole } from '../pool/roles';
