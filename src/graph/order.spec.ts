/** @jest-environment node */
import fc from 'fast-check';
import { orderRanks, type RankEdge } from './order';

/** All pairs of edges, looked at one by one. */
function crossingsOf(rows: readonly (readonly number[])[], edges: readonly RankEdge[]): number {
  const place = new Map(rows.flatMap(row => row.map((node, at) => [node, at] as const)));
  const rank = new Map(rows.flatMap((row, at) => row.map(node => [node, at] as const)));
  let count = 0;
  edges.forEach(([a, b], at) => {
    for (const [c, d] of edges.slice(at + 1)) {
      if (rank.get(a) !== rank.get(c)) continue;
      if ((place.get(a)! - place.get(c)!) * (place.get(b)! - place.get(d)!) < 0) count += 1;
    }
  });
  return count;
}

const graph = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 })
  .chain(sizes => {
    const ranks = sizes.flatMap((size, rank) => Array.from({ length: size }, () => rank));
    const pairs = ranks.flatMap((rank, from) =>
      ranks.flatMap((other, to) => (other === rank + 1 ? [[from, to] as const] : []))
    );
    return fc.record({ ranks: fc.constant(ranks), edges: fc.subarray(pairs) });
  });

test('each node stands once in its rank, and always the same way', () => {
  fc.assert(
    fc.property(graph, ({ ranks, edges }) => {
      const rows = orderRanks(ranks, edges);
      rows.forEach((row, rank) => {
        const there = ranks.flatMap((each, node) => (each === rank ? [node] : []));
        expect([...row].sort((one, other) => one - other)).toEqual(there);
      });
      expect(orderRanks(ranks, edges)).toEqual(rows);
    })
  );
});

test('a tree is drawn without a crossing', () => {
  const tree = fc.array(fc.nat(), { maxLength: 30 }).map(picks => {
    const ranks = [0];
    const edges: RankEdge[] = [];
    picks.forEach((pick, at) => {
      const parent = pick % ranks.length;
      ranks.push(ranks[parent]! + 1);
      edges.push([parent, at + 1]);
    });
    return { ranks, edges };
  });
  fc.assert(
    fc.property(tree, ({ ranks, edges }) => {
      expect(crossingsOf(orderRanks(ranks, edges), edges)).toBe(0);
    })
  );
});

test('what is crossed in the notebook is uncrossed', () => {
  // Two rows of four, joined crosswise: 0-7, 1-6, 2-5, 3-4.
  const ranks = [0, 0, 0, 0, 1, 1, 1, 1];
  const edges: RankEdge[] = [0, 1, 2, 3].map(node => [node, 7 - node]);
  expect(crossingsOf(orderRanks(ranks, edges), edges)).toBe(0);
  // A square whose sides cross, and whose parents' order decides: 0-3, 0-4, 1-2, 1-3.
  const square: RankEdge[] = [
    [0, 3],
    [0, 4],
    [1, 2],
    [1, 3]
  ];
  expect(crossingsOf(orderRanks([0, 0, 1, 1, 1], square), square)).toBe(0);
});
