import { facts, samplePlaced, sealed } from '../model/order-samples';
import { blockMovedValues, restoreBlockedValues, findSealedPlaces } from './sealed-values';
import type { StreamChanges } from './what-if';

const places = findSealedPlaces([facts.placed]);
const changesWith = (data: object): StreamChanges => ({
  leaveOut: [],
  change: [{ version: 1, event: { type: 'OrderPlaced', data: { ...samplePlaced, ...data } } as never }],
  add: [],
});
const noteOf = ({ change: [{ event }] }: StreamChanges): unknown => (event.data as { note: unknown }).note;

describe('A sealed value in a changed event', () => {
  it('can be opened if the stream has the value at the same place', () => {
    const changes = changesWith({ note: samplePlaced.note });
    expect(blockMovedValues(changes, places)).toEqual(changes);
    expect(restoreBlockedValues(blockMovedValues(changes, places))).toEqual(changes);
  });

  it('cannot be opened at another place: the token of a card is not shown as a note', () => {
    const { token } = samplePlaced.payment;
    const blocked = noteOf(blockMovedValues(changesWith({ note: token }), places));
    expect(blocked).toEqual({ ...token, sealed: `closed:${token!.sealed}` });
    expect(restoreBlockedValues({ note: blocked })).toEqual({ note: token!.sealed });
  });

  it('cannot be opened if the stream does not have the value, and the same is true in an added event', () => {
    const strange = sealed('another@example.com');
    expect(noteOf(blockMovedValues(changesWith({ note: strange }), places))).toMatchObject({
      sealed: `closed:${strange.sealed}`,
    });
    const add: StreamChanges['add'] = [
      { after: 1, event: { type: 'CancellationRequested', data: { reason: strange } } as never },
    ];
    expect(blockMovedValues({ leaveOut: [], change: [], add }, places).add[0].event.data).toMatchObject({
      reason: { sealed: `closed:${strange.sealed}` },
    });
  });
});
