/**
 * The text of the letter "Your order …" for each of these changes of status. A cancellation or a refund has another
 * letter.
 */
export const statusWords = {
  accepted: { vi: 'đã được tiếp nhận', en: 'was accepted' },
  'on-hold': {
    vi: 'đang được tạm giữ, chúng tôi sẽ báo khi tiếp tục',
    en: 'is on hold, and we will tell you when it continues',
  },
  resumed: { vi: 'được tiếp tục', en: 'is no longer on hold' },
  preparing: { vi: 'đang được pha chế', en: 'is being prepared' },
  ready: { vi: 'đã sẵn sàng', en: 'is ready' },
  completed: { vi: 'đã hoàn tất', en: 'is complete' },
} as const;

export type LetterStatus = keyof typeof statusWords;

/** A condition (jsonpath) on the body of an `OrderStatusUpdated`: whether there is a letter about the change. */
export const HAS_LETTER = `(@.previous == "on-hold" && @.status == "confirmed" || ${Object.keys(statusWords)
  .map((status) => `@.status == "${status}"`)
  .join(' || ')})`;

const hasLetter = (status: string): status is LetterStatus => status in statusWords;

const isResumed = (status: string, previous: string): boolean =>
  previous === 'on-hold' && (status === 'confirmed' || status === 'accepted');

/** What the letter about a change of status says; undefined if there is no letter. */
export function letterStatusOf(change: {
  readonly status: string;
  readonly previous: string;
}): LetterStatus | undefined {
  const { status, previous } = change;
  if (isResumed(status, previous)) return 'resumed';
  return hasLetter(status) ? status : undefined;
}
