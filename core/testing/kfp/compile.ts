import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzlibSync } from 'fflate';
import { dump, load } from 'js-yaml';
import type { LocalModules } from '../../pipeline';
import {
  compileToKfp,
  packRunner,
  StrictCheck,
  type CompileInput,
  type CompileResult
} from '../../targets/kfp';
import { CaseBuilder } from '../dataflow/builder';

const DESCRIPTORS = join(__dirname, '../../targets/kfp/descriptors/kfp-2.17.fds.bin');

/** Compiles notebooks in the cases' text form, with a runner of one line. */
export class KfpCases {
  readonly strict = new StrictCheck(readFileSync(DESCRIPTORS));

  readonly builder = new CaseBuilder();

  compile(
    cells: string,
    {
      metadata = {},
      modules = new Map(),
      change = pipeline => pipeline,
      ...options
    }: {
      metadata?: object;
      modules?: LocalModules;
      change?: (pipeline: CompileInput['pipeline']) => CompileInput['pipeline'];
    } & Partial<CompileInput> = {}
  ): CompileResult {
    const pipeline = change(this.builder.pipeline(cells, { metadata, modules }));
    return compileToKfp({
      pipeline,
      analyser: this.builder.analyser,
      modules,
      notebook: 'notebook.ipynb',
      folder: '/home/jovyan/project',
      isBesideNotebook: () => false,
      runner: 'artifact',
      packedRunner: packRunner({ 'chard_runner/__init__.py': '' }),
      image: 'python:3.12',
      strict: this.strict,
      version: '0.0.0',
      ...options
    });
  }

  /** The pipeline of cells about which the compiler says nothing but what `codes` names. */
  compiled(cells: string, options: Parameters<KfpCases['compile']>[1] = {}, codes: string[] = []) {
    const { compiled, diagnostics } = this.compile(cells, options);
    if (compiled === null || diagnostics.some(({ code }) => !codes.includes(code))) {
      throw new Error(JSON.stringify(diagnostics));
    }
    return compiled;
  }
}

/** What `pack` packed. */
export function unpack(text: string): Record<string, unknown> {
  const bytes = unzlibSync(new Uint8Array(Buffer.from(text, 'base64')));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

/** The text with each packed program in words, so that a person can read it. */
export function readable(text: string): string {
  const documents = text.split('\n---\n').map(part => load(part));
  return documents
    .map(document => dump(replacePrograms(document), { lineWidth: 110, noRefs: true }))
    .join('---\n');
}

function replacePrograms(value: unknown): unknown {
  if (typeof value === 'string') return /^eN[\w+/=]{16,}$/.test(value) ? words(value) : value;
  if (Array.isArray(value)) return value.map(replacePrograms);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replacePrograms(item)])
  );
}

function words(packed: string): string {
  const program = unpack(packed);
  return `<program of ${String(program['step'] ?? Object.keys(program).join(', '))}>`;
}
