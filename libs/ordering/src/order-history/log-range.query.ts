import { InvalidInput, textOf } from '#platform/http';
import { currentRequest } from '#platform/observability';

const newFault = (field: string, code: string, params: Readonly<Record<string, number>> = {}) =>
  new InvalidInput([{ field, message: textOf(code, currentRequest()?.locale ?? 'en', params) }]);

/**
 * Throws InvalidInput if no position of the log is in the range. `head` is the last position of the log. The
 * verification of an empty range would find no fault, and would prove nothing.
 */
export function mustBeInLog(head: number, from = 1, to?: number): void {
  if (to !== undefined && to < from) throw newFault('to', 'spanTurned');
  if (from > Math.max(head, 1)) throw newFault('from', 'spanBeyond', { head });
}
