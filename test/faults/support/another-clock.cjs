// Loaded before the shop by `node --require`: the machine's clock is wrong by CLOCK_WRONG_BY_MS. Timers and
// performance.now() go on as they are, as they do on a machine whose clock was set.
const wrongBy = Number(process.env.CLOCK_WRONG_BY_MS ?? 0);
const Real = Date;

class Wrong extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + wrongBy);
    else super(...given);
  }

  static now() {
    return Real.now() + wrongBy;
  }
}

globalThis.Date = Wrong;
