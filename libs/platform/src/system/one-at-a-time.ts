type Work = (this: object, ...values: never[]) => Promise<unknown>;

/**
 * For an async method without parameters that a timer calls. While the method runs, another call gets the result of the
 * same run. A timer does not wait, so runs on a slow machine would otherwise overlap. Write it below `@Interval`.
 */
export const OneAtATime =
  () =>
  (_target: object, _name: string, descriptor: TypedPropertyDescriptor<() => Promise<void>>): void => {
    const work = descriptor.value as Work;
    const running = new WeakMap<object, Promise<unknown>>();
    descriptor.value = function (this: object): Promise<void> {
      const run = running.get(this) ?? work.call(this).finally(() => running.delete(this));
      running.set(this, run);
      return run as Promise<void>;
    };
  };
