export interface NotificationWait {
  /**
   * Resolves when a notification arrives, after `milliseconds`, or when `stop` is aborted. Resolves at once if a
   * notification has arrived since the last call.
   */
  wait(milliseconds: number, stop: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Lets a loop wait for a notification. `connect` subscribes to the notifications, and returns a function to
 * unsubscribe.
 */
export function openNotificationWait(connect: (ring: () => void) => () => void): NotificationWait {
  let rung = false;
  let wake: (() => void) | undefined;
  const close = connect(() => {
    rung = true;
    wake?.();
  });
  return {
    close,
    async wait(milliseconds, stop) {
      if (!rung && !stop.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          stop.addEventListener('abort', wake, { once: true });
        });
        if (wake) stop.removeEventListener('abort', wake);
        wake = undefined;
      }
      rung = false;
    },
  };
}
