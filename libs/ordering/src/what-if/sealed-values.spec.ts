import { facts, samplePlaced, sealed } from '../model/order-samples';
import { blockMovedValues, restoreBlockedValues, findSealedPlaces } from './sealed-values';
import type { StreamChanges } from './what-if';

const stood = findSealedPlaces([facts.placed]);
const asked = (data: object): StreamChanges => ({
  leaveOut: [],
  change: [{ version: 1, event: { type: 'OrderPlaced', data: { ...samplePlaced, ...data } } as never }],
  add: [],
});
const noteOf = ({ change: [{ event }] }: StreamChanges): unknown => (event.data as { note: unknown }).note;

describe('A sealed value in a wish', () => {
  it('may stand where it stood', () => {
    const wishes = asked({ note: samplePlaced.note });
    expect(blockMovedValues(wishes, stood)).toEqual(wishes);
    expect(restoreBlockedValues(blockMovedValues(wishes, stood))).toEqual(wishes);
  });

  it('stays closed in another place: the token of a card is not read as a note', () => {
    const { token } = samplePlaced.payment;
    const closed = noteOf(blockMovedValues(asked({ note: token }), stood));
    expect(closed).toEqual({ ...token, sealed: `closed:${token!.sealed}` });
    expect(restoreBlockedValues({ note: closed })).toEqual({ note: token!.sealed });
  });

  it('stays closed where it comes from elsewhere, also in an event that is added', () => {
    const strange = sealed('another@example.com');
    expect(noteOf(blockMovedValues(asked({ note: strange }), stood))).toMatchObject({
      sealed: `closed:${strange.sealed}`,
    });
    const add: StreamChanges['add'] = [
      { after: 1, event: { type: 'CancellationRequested', data: { reason: strange } } as never },
    ];
    expect(blockMovedValues({ leaveOut: [], change: [], add }, stood).add[0].event.data).toMatchObject({
      reason: { sealed: `closed:${strange.sealed}` },
    });
  });
});
