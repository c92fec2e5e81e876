/** @jest-environment node */
import { nullTranslator } from '@jupyterlab/translation';
import fc from 'fast-check';
import type { GraphShape } from '../notebooks/messages';
import { layOut } from './layout';
import { describeNodes } from './drawing';
import { nodeWidth, rowsOf } from './pipelineGraph';

const arbitraryGraph = fc.integer({ min: 0, max: 25 }).chain(count =>
  fc
    .uniqueArray(fc.tuple(fc.nat({ max: 24 }), fc.nat({ max: 24 })), {
      maxLength: 40,
      selector: ([from, to]) => `${from} ${to}`
    })
    .map((pairs): GraphShape => ({
      direction: 'down',
      nodes: Array.from({ length: count }, (_, at) => ({
        id: `s${at}`,
        width: nodeWidth(`s${at}`),
        height: 40
      })),
      edges: pairs
        .filter(([from, to]) => from < to && to < count)
        .map(([from, to]) => ({
          from: `s${from}`,
          to: `s${to}`,
          label: { width: 60, height: 18 }
        }))
    }))
);

test('no node covers another, all lie within, and each step is below those it comes after', () => {
  fc.assert(
    fc.property(arbitraryGraph, shape => {
      const { nodes, edges, width, height } = layOut(shape);
      const boxes = shape.nodes.map(node => ({ ...node, ...nodes[node.id]! }));
      for (const box of boxes) {
        expect(box.x - box.width / 2).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width / 2).toBeLessThanOrEqual(width + 0.5);
        expect(box.y + box.height / 2).toBeLessThanOrEqual(height + 0.5);
      }
      boxes.forEach((one, at) =>
        boxes.slice(at + 1).forEach(other => {
          const apart =
            Math.abs(one.x - other.x) >= (one.width + other.width) / 2 - 0.5 ||
            Math.abs(one.y - other.y) >= (one.height + other.height) / 2 - 0.5;
          expect(apart).toBe(true);
        })
      );
      for (const { from, to, points } of edges) {
        expect(nodes[from]!.y).toBeLessThan(nodes[to]!.y);
        expect(points.length).toBeGreaterThan(1);
      }
    }),
    { numRuns: 40 }
  );
});

test('names on an edge are broken into rows, and those that do not fit are counted', () => {
  expect(rowsOf(['x_train', 'y_train', 'x_val'])).toEqual(['x_train, y_train', 'x_val']);
  expect(rowsOf([])).toEqual([]);
  const many = Array.from({ length: 30 }, (_, at) => `name_${at}`);
  const rows = rowsOf(many);
  expect(rows).toHaveLength(3);
  expect(rows.at(-1)).toMatch(/\+21$/);
});

test('each node says what it comes after and what it gets', () => {
  const nodes = ['load', 'fit', 'test'].map((id, cell) => ({ id, title: id, cell, cells: [cell] }));
  const edges = [
    { from: 'load', to: 'fit', derived: false, names: ['x', 'y'], rows: [] },
    { from: 'load', to: 'test', derived: true, names: ['x'], rows: [] },
    { from: 'fit', to: 'test', derived: false, names: [], rows: [] }
  ];
  const found = describeNodes({ nodes, edges }, nullTranslator.load('chard'));
  expect([...found]).toEqual([
    ['load', 'load'],
    ['fit', 'fit, after load (x, y)'],
    ['test', 'test, after load (x), found; fit']
  ]);
});
