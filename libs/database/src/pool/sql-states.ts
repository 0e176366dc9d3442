/** Codes of errors (SQLSTATE) that the shop expects. */
export const SqlState = {
  divisionByZero: '22012',
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlock: '40P01',
  lockNotAvailable: '55P03',
  undefinedTable: '42P01',
} as const;

export const hasSqlState = (error: unknown, ...states: readonly string[]): boolean =>
  states.includes((error as { code?: string } | undefined)?.code ?? '');
