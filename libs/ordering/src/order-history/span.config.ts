import { InvalidInput, textOf } from '#platform/http';
import { currentRequest } from '#platform/observability';

const newFault = (field: string, code: string, params: Readonly<Record<string, number>> = {}) =>
  new InvalidInput([{ field, message: textOf(code, currentRequest()?.locale ?? 'en', params) }]);

/**
 * Throws if the log, which ends at `head`, has no position in this range. A check of an empty range would find no fault
 * and prove nothing.
 */
export function mustBeInLog(head: number, from = 1, to?: number): void {
  if (to !== undefined && to < from) throw newFault('to', 'spanTurned');
  if (from > Math.max(head, 1)) throw newFault('from', 'spanBeyond', { head });
}
