import { redact } from '#platform/observability';

/** How a terminal shows a logged value: a text, an error, or an object such as `{ message, error }`. */
export function textOfLog(logged: unknown): string {
  if (typeof logged === 'string') return logged;
  if (logged instanceof Error) return logged.message;
  const { message, error } = (logged ?? {}) as { readonly message?: unknown; readonly error?: unknown };
  if (typeof message !== 'string') return JSON.stringify(redact(logged)) ?? String(logged);
  return error === undefined ? message : `${message}: ${textOfLog(error)}`;
}
