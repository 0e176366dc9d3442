// `node --require` loads this file before the shop. It makes the clock of the process wrong by CLOCK_WRONG_BY_MS.
// Timers and performance.now() stay correct, as on a real machine whose clock was changed.
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
