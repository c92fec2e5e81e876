import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Diagnostic, diagnostic } from './diagnostics';

const DOCS = readFileSync(join(__dirname, '..', 'docs', 'diagnostics.md'), 'utf8');
const sections = [...DOCS.matchAll(/^### ([a-z-]+)$/gm)].map(([, code]) => code!);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      ({ name, parentPath }) =>
        /\.ts$/.test(name) && !/\.spec\.ts$/.test(name) && !/testing|node_modules/.test(parentPath)
    )
    .map(({ name, parentPath }) => readFileSync(join(parentPath, name), 'utf8'));
}

/** Literals where a code stands: after a severity, in `code:`, in a concern, or as one of a list of codes. */
function codesIn(source: string): string[] {
  const patterns = [
    /'(?:error|warning|info)',\s*'([a-z]+(?:-[a-z]+)+|automagic)'/g,
    /\bcode: '([a-z]+(?:-[a-z]+)+)'/g,
    /\bcode = [^;]*?'([a-z]+(?:-[a-z]+)+)'(?: : '([a-z]+(?:-[a-z]+)+)')?/g,
    /\bconcern\(\s*'([a-z]+(?:-[a-z]+)*)'/g,
    /\b(?:problem|warning|error|report|invalid|refuse)\w*\(\s*'([a-z]+(?:-[a-z]+)+)'/g
  ];
  return patterns.flatMap(pattern =>
    [...source.matchAll(pattern)].flatMap(([, one, other]) =>
      [one, other].filter(code => code !== undefined)
    )
  );
}

describe('docs/diagnostics.md', () => {
  const used = new Set(sources(__dirname).flatMap(codesIn));

  it('has a section for every code that is used', () => {
    expect([...used].filter(code => !sections.includes(code)).sort()).toEqual([]);
    expect(used.size).toBeGreaterThan(30);
  });

  it('has no section for a code that is not', () => {
    const text = sources(__dirname).join('\n');
    expect(sections.filter(code => !text.includes(`'${code}'`))).toEqual([]);
  });

  it('has every section once', () => {
    expect(new Set(sections).size).toBe(sections.length);
  });
});

test('what is not said of a place is null', () => {
  const made = diagnostic('error', 'no-cells', 'The notebook has no cells.');
  expect(Diagnostic.parse(made)).toEqual({
    severity: 'error',
    code: 'no-cells',
    message: 'The notebook has no cells.',
    cell: null,
    line: null,
    column: null,
    end: null,
    step: null,
    fixes: []
  });
});
