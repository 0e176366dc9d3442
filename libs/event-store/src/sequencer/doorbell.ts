export interface Doorbell {
  /** Resolves when it rings, when the time is over, or when `stop` is aborted. A ring before the call counts too. */
  wait(milliseconds: number, stop: AbortSignal): Promise<void>;
  close(): void;
}

export function doorbell(connect: (ring: () => void) => () => void): Doorbell {
  let rung = false;
  let answer: (() => void) | undefined;
  const close = connect(() => {
    rung = true;
    answer?.();
  });
  return {
    close,
    async wait(milliseconds, stop) {
      if (!rung && !stop.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          answer = () => {
            clearTimeout(timer);
            resolve();
          };
          stop.addEventListener('abort', answer, { once: true });
        });
        if (answer) stop.removeEventListener('abort', answer);
        answer = undefined;
      }
      rung = false;
    },
  };
}
