import type { Corpus, CorpusEntry } from '../testing/python/corpus';
import { findOracle, readCorpus } from '../testing/python/corpus';
import { canonical, rawTree } from '../testing/python/rawTrees';
import { parsePython } from './syntax';
import { analyseScopes } from './scopes';

const oracle = findOracle();
// From 3.12 on comprehensions are inlined into their functions, and the flags tell of that instead of the language.
const wrongVersion =
  oracle.version === '3.11'
    ? null
    : `the oracle is Python 3.11's symtable, this is ${oracle.version}`;
const noTests = oracle.hasTests
  ? null
  : 'this Python is installed without its own tests (Lib/test)';

interface Outcome {
  accepted: number;
  refused: number;
  refusedHere: number;
  /** In words, for the message. */
  differences: string[];
}

function firstDifference(ours: string, theirs: string): string {
  let at = 0;
  while (ours[at] === theirs[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 60);
  return `ours: ...${around(ours)}...\ntheirs: ...${around(theirs)}...`;
}

function compare(entry: CorpusEntry, outcome: Outcome): void {
  const { body, errors } = parsePython(entry.source);
  const scopes = analyseScopes(body);
  const problems = [...errors, ...scopes.errors];
  if (entry.tree === null) {
    outcome.refused += 1;
    if (problems.length > 0) outcome.refusedHere += 1;
    return;
  }
  outcome.accepted += 1;
  const note = (what: string, text: string): void => {
    outcome.differences.push(`${entry.name}: ${what}: ${text}`);
  };
  const tree = rawTree(scopes.module);
  const names = Object.keys(tree[3]).sort().join(' ');
  const expectedNames = Object.keys(entry.tree[3]).sort().join(' ');
  if (names !== expectedNames) note('names', firstDifference(names, expectedNames));
  const ours = canonical(tree);
  const theirs = canonical(entry.tree);
  if (ours !== theirs) note('tree', firstDifference(ours, theirs));
  const [problem] = problems;
  if (problem) note('problem', `${problem.message} (line ${problem.range.start.line})`);
}

async function compareCorpus(corpus: Corpus): Promise<Outcome> {
  const outcome: Outcome = {
    accepted: 0,
    refused: 0,
    refusedHere: 0,
    differences: []
  };
  for await (const entry of readCorpus(corpus)) compare(entry, outcome);
  return outcome;
}

function skipReason(...reasons: (string | null)[]): string {
  const reason = reasons.find(text => text !== null);
  return reason ? ` [skipped: ${reason}]` : '';
}

describe("scopes are those of CPython's symtable", () => {
  const libraryTest = wrongVersion === null ? test : test.skip;
  const stringsTest = wrongVersion === null && noTests === null ? test : test.skip;

  libraryTest(
    `in the files of the standard library${skipReason(wrongVersion)}`,
    async () => {
      const outcome = await compareCorpus('library');
      expect(outcome.differences).toEqual([]);
      expect(outcome.accepted).toBeGreaterThan(600);
    },
    180_000
  );

  stringsTest(
    `in the sources inside the standard library's tests${skipReason(wrongVersion, noTests)}`,
    async () => {
      const outcome = await compareCorpus('test-strings');
      expect(outcome.differences).toEqual([]);
      expect(outcome.accepted).toBeGreaterThan(5000);
      // Before a run the kernel's interpreter has the last word on what is refused; here it shows while typing.
      expect(outcome.refusedHere / outcome.refused).toBeGreaterThanOrEqual(0.9);
    },
    180_000
  );
});
