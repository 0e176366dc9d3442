import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const files = execFileSync('git', ['ls-files', 'libs/**/*.ts', 'apps/**/*.ts'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && !/spec\.ts$/.test(file));

/** The lines that come directly after an `@Interval(…)`. */
const linesAfterInterval = (source: string): string[] =>
  [...source.matchAll(/^ {2}@Interval\(.*\)\n(.*)\n/gm)].map(([, next]) => next.trim());

describe('A job with a timer', () => {
  it('is @OneAtATime() if it is asynchronous, so that it does not run twice at once', () => {
    const found = files.flatMap((file) =>
      linesAfterInterval(readFileSync(file, 'utf8')).map((next) => ({ file, next })),
    );
    expect(found.length).toBeGreaterThan(15);
    expect(found.filter(({ next }) => /^async |Promise</.test(next))).toEqual([]);
  });

  it('without @OneAtATime() is found by this test', () => {
    expect(linesAfterInterval(`class A {\n  @Interval(5)\n  async go() {}\n}\n`)).toEqual(['async go() {}']);
  });
});
