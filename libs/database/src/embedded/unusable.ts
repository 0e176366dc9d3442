/** The embedded Postgres server cannot be used. The message says why, in one line for the operator. */
export class EmbeddedPostgresUnusable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EmbeddedPostgresUnusable';
  }
}
