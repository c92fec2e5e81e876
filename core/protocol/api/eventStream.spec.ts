import * as fc from 'fast-check';
import { printStreamMessage, StreamReader, type StreamMessage } from './eventStream';

const read = (...pieces: string[]): StreamMessage[] => {
  const reader = new StreamReader();
  return pieces.flatMap(piece => reader.read(piece));
};

describe('StreamReader', () => {
  it('reads messages, ids that stay, types, comments', () => {
    expect(read(': hello\n\nid: 3\ndata: {"a":1}\n\nevent: end\ndata:\n\n')).toEqual([
      { id: '3', type: 'message', data: '{"a":1}' },
      { id: '3', type: 'end', data: '' }
    ]);
  });

  it('joins several lines of data, takes any end of line and drops what has no data', () => {
    expect(read('\uFEFFdata: a\r\ndata:b\r\revent: x\n\n')).toEqual([
      { id: '', type: 'message', data: 'a\nb' }
    ]);
  });

  it('reads what was written, cut anywhere', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,4}$/);
    const data = fc.json();
    const messages = fc.array(fc.record({ id: word, type: word, data }), { maxLength: 5 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat()), (list, cuts) => {
        const text = list.map(printStreamMessage).join(': beat\n\n');
        const places = [...new Set(cuts.map(cut => cut % (text.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((from, index) => text.slice(from, places[index]));
        expect(read(...pieces)).toEqual(list);
      })
    );
  });
});
