import type { Pipeline } from '@chard/core/pipeline';

const IMPORT = /^import[ \t]+(.+)$/;
const FROM = /^from[ \t]+([\p{L}_][\p{L}\p{N}_.]*)[ \t]+import\b/u;
const MODULE = /^([\p{L}_][\p{L}\p{N}_.]*)(?:[ \t]+as[ \t].*)?$/u;

/**
 * Modules that import statements at the margin of the imports and step cells name, local ones left out. Only a hint: what is
 * missed is imported by the step itself, and what is not installed the fork server leaves alone.
 */
export function modulesToPreload(pipeline: Pipeline): string[] {
  const local = new Set(pipeline.modules.map(({ name }) => name.split('.')[0]));
  const sources = [
    ...pipeline.prologue.filter(({ kind }) => kind === 'imports').map(({ source }) => source),
    ...pipeline.steps.flatMap(step => [
      ...step.imports.map(({ statement }) => statement),
      ...step.code.map(({ source }) => source)
    ])
  ];
  const modules = sources.flatMap(source => source.split(/\r?\n/).flatMap(modulesOfLine));
  return [...new Set(modules)].filter(module => !local.has(module.split('.')[0])).sort();
}

function modulesOfLine(line: string): string[] {
  const [first = '', ...more] = line.replace(/#.*$/, '').split(';');
  // What stands behind a semicolon is at the margin as well.
  return [first.trimEnd(), ...more.map(statement => statement.trim())].flatMap(modulesOfStatement);
}

function modulesOfStatement(statement: string): string[] {
  const from = FROM.exec(statement)?.[1];
  if (from !== undefined) return [from];
  const names = IMPORT.exec(statement)?.[1]?.split(',') ?? [];
  return names.flatMap(name => MODULE.exec(name.trim())?.[1] ?? []);
}
