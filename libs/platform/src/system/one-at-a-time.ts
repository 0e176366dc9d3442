type Work = (this: object, ...values: never[]) => Promise<unknown>;

/**
 * A decorator for an async method without parameters that a timer calls. A timer does not wait for the method, so runs
 * on a slow machine could overlap. With this decorator, a call during a run starts no second run. It returns the
 * promise of the current run. Write the decorator below `@Interval`.
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
