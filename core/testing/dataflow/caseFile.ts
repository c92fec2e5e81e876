import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One cell of a case. */
export interface CaseCell {
  /** The step's name, or `@imports`, `@parameters`, `@functions`, `@metrics`, `@skip`. */
  readonly name: string;
  readonly source: string;
}

/** What is expected of a step. */
export interface Expectation {
  readonly after: string[];
  /** Each name that it takes, and from which step. */
  readonly takes: Record<string, string>;
  /** Names of those that it could do without in this run (a branch not taken): no proof by leaving them out. */
  readonly spare: string[];
  /** Names whose imports are run again. */
  readonly imports: string[];
  /** Steps that it depends on though no tag says so. */
  readonly derives: string[];
  readonly prints: string;
}

/**
 * A small notebook and what its pipeline must be. In the file:
 *
 *     == name [ipython]
 *     Why, in words.
 *     finds: codes of the diagnostics, apart from `missing-dependency`
 *     -- step after other; takes name:step name:step; spare name; imports name; derives step
 *     source
 *     => what the step prints
 */
export interface FlowCase {
  readonly name: string;
  readonly why: string;
  /** Its cells need IPython. */
  readonly ipython: boolean;
  readonly finds: string[];
  readonly cells: CaseCell[];
  readonly steps: Map<string, Expectation>;
}

function words(text: string): string[] {
  return text
    .trim()
    .split(/\s+/)
    .filter(word => word !== '');
}

function readCell(block: string, expectations: Map<string, Expectation>): CaseCell {
  const [head = '', ...lines] = block.split('\n');
  const [first = '', ...clauses] = head.split(';');
  const [name = '', ...after] = words(first.replace(/\bafter\b/, ''));
  const printed = lines.filter(line => line.startsWith('=>')).map(line => line.slice(3));
  const source = lines
    .filter(line => !line.startsWith('=>'))
    .join('\n')
    .trimEnd();
  if (!name.startsWith('@') || name === '@metrics') {
    const known = expectations.get(name);
    const clause = (word: string): string[] => {
      const found = clauses.map(words).find(([key]) => key === word);
      return found?.slice(1) ?? [];
    };
    expectations.set(name, {
      after: [...(known?.after ?? []), ...after],
      takes: {
        ...known?.takes,
        ...Object.fromEntries(clause('takes').map(pair => pair.split(':') as [string, string]))
      },
      spare: [...(known?.spare ?? []), ...clause('spare')],
      imports: [...(known?.imports ?? []), ...clause('imports')],
      derives: [...(known?.derives ?? []), ...clause('derives')],
      prints: (known?.prints ?? '') + printed.map(line => `${line}\n`).join('')
    });
  }
  return { name, source };
}

/** Reads one case, its name first, as the files have it. */
export function readCase(block: string): FlowCase {
  const [head = '', ...rest] = block.split('\n');
  const [about = '', ...cells] = rest.join('\n').split(/^-- /m);
  const steps = new Map<string, Expectation>();
  const lines = about.trim().split('\n');
  const finds = lines
    .filter(line => line.startsWith('finds:'))
    .flatMap(line => words(line.slice(6)));
  return {
    name: words(head)[0] ?? '',
    why: lines.filter(line => !line.startsWith('finds:')).join(' '),
    ipython: head.includes('[ipython]'),
    finds,
    cells: cells.map(cell => readCell(cell, steps)),
    steps
  };
}

/** All cases of the files beside this one. */
export function readCases(): FlowCase[] {
  const folder = join(__dirname, 'cases');
  return readdirSync(folder)
    .sort()
    .flatMap(file =>
      readFileSync(join(folder, file), 'utf8').split(/^== /m).slice(1).map(readCase)
    );
}

const TAGS: Readonly<Record<string, string>> = {
  '@imports': 'imports',
  '@parameters': 'pipeline-parameters',
  '@functions': 'functions',
  '@metrics': 'pipeline-metrics',
  '@skip': 'skip'
};

/** The case as a notebook's JSON. */
export function caseNotebook({ cells, steps }: Pick<FlowCase, 'cells' | 'steps'>): string {
  const seen = new Set<string>();
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    cells: cells.map(({ name, source }, index) => {
      const first = !seen.has(name);
      seen.add(name);
      const after = first ? (steps.get(name)?.after ?? []) : [];
      const tags = TAGS[name] ? [TAGS[name]] : [`step:${name}`, ...after.map(on => `prev:${on}`)];
      return {
        cell_type: 'code',
        id: `cell-${index}`,
        metadata: { tags },
        source,
        outputs: [],
        execution_count: null
      };
    })
  });
}
