import { textOfLog } from './text-of-log';

describe('An error that a command logs', () => {
  it.each([
    ['it broke', 'it broke'],
    [new Error('it broke'), 'it broke'],
    [
      { message: 'the journal was changed: 2 findings', findings: [{ line: 1 }] },
      'the journal was changed: 2 findings',
    ],
    [{ message: 'it was refused', error: new Error('no disk') }, 'it was refused: no disk'],
    [{ message: 'it was refused', error: { step: 1 } }, 'it was refused: {"step":1}'],
    [{ line: 1, password: 'x' }, '{"line":1,"password":"[redacted]"}'],
    [undefined, 'undefined'],
  ])('is shown as text: %j', (logged, text) => {
    expect(textOfLog(logged)).toBe(text);
  });
});
