import { redact } from '#platform/observability';

/**
 * The text that a terminal shows for a logged value. The value can be a text, an error, or an object such as `{
 * message, error }`.
 */
export function textOfLog(logged: unknown): string {
  if (typeof logged === 'string') return logged;
  if (logged instanceof Error) return logged.message;
  const { message, error } = (logged ?? {}) as { readonly message?: unknown; readonly error?: unknown };
  if (typeof message !== 'string') return JSON.stringify(redact(logged)) ?? String(logged);
  return error === undefined ? message : `${message}: ${textOfLog(error)}`;
}
