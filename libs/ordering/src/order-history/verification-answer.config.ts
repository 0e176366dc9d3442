import type { z } from 'zod';
import type { Verification, VerifyResult } from '#event-store';
import type { VerificationRunAnswer, VerifyAnswer } from './event-answer';

/** Returns the result of a verification in the shape of the response. */
export function showResult(id: string, result: VerifyResult): z.infer<typeof VerifyAnswer> {
  const { events: checked, sealedThrough, firstFormatThrough, admitted, waiting, voided } = result;
  const admittedPositions = [...(result.admittedPositions ?? [])];
  const withoutMac = { firstFormatThrough, admitted, admittedPositions };
  const coverage = { sealedThrough, ...withoutMac, waiting, voided, remarks: [...result.remarks] };
  if (result.ok) return { id, valid: true, checked, ...coverage };
  return {
    id,
    valid: false,
    checked,
    firstBadPosition: result.position,
    reason: result.message,
    finding: result.finding,
    findings: result.findings.map(({ message: reason, ...found }) => ({ ...found, reason })),
    found: result.found,
    ...coverage,
  };
}

export const showVerification = ({
  result,
  startedAt,
  ...run
}: Verification): z.infer<typeof VerificationRunAnswer> => ({
  ...run,
  startedAt: startedAt.toISOString(),
  result: result && showResult(run.id, result),
});
