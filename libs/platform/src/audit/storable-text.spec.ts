import { storableReason, storableTarget } from './storable-text';

describe('Texts for the audit trail', () => {
  it.each(['019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071', 'ordering-123', 'CF-1_L', 'checkout:1', ''])(
    'keep a target that is an id: %j',
    (id) => {
      expect(storableTarget(id)).toBe(id);
    },
  );

  it.each(['an@example.com', '0901234567', 'Nguyễn', 'a b'])(
    'have `[no id]` instead of a target that is not an id: %j',
    (text) => {
      expect(storableTarget(text)).toBe('[no id]');
    },
  );

  it('have a reason without e-mail addresses, telephone numbers and characters that cannot be stored', () => {
    const stored = storableReason('for an@example.com\0, 0901234567 \ud83d');
    expect(stored).toMatch(/^for /);
    expect(stored).not.toMatch(/example|0901234567|\0|\p{Surrogate}/u);
    expect(storableReason('x'.repeat(5_000))).toHaveLength(200);
  });
});
