import { findOracle, readTrees } from '../testing/python/corpus';
import { EXPLAINED_TREES } from '../testing/python/explainedTrees';
import { firstDifference, plainTree } from '../testing/python/plainTrees';
import { parsePython } from './syntax';

/** The whole library takes two minutes; a part of it is enough to see that nothing moved. */
const PARTS = 20;

const { version } = findOracle();
const isOracle = version === '3.11';
const treeTest = isOracle ? test : test.skip;
const reason = isOracle ? '' : ` [skipped: the oracle is Python 3.11's ast, this is ${version}]`;

treeTest(
  `the syntax tree is that of CPython's ast, places and values included${reason}`,
  async () => {
    const unexplained: string[] = [];
    let compared = 0;
    for await (const { name, source, tree } of readTrees(0, PARTS)) {
      compared += 1;
      const difference = firstDifference(plainTree(parsePython(source).body), tree);
      if (difference !== null && !(name in EXPLAINED_TREES)) {
        unexplained.push(`${name}${difference}`);
      }
    }
    expect(unexplained).toEqual([]);
    expect(compared).toBeGreaterThan(30);
  },
  180_000
);
