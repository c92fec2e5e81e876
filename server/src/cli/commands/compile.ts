import { basename, extname, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Diagnostic } from '@chard/core';
import { isImage, type RunnerOrigin } from '@chard/core/targets/kfp';
import { ChardError } from '../../errors';
import { writeWhole } from '../../files/atomicWrite';
import { compileForKfp } from '../../notebooks/compileKfp';
import { loadNotebook, type LoadedNotebook } from '../../notebooks/load';
import {
  printJson,
  type CommonOptions,
  type Context,
  type ExitCode,
  type Finish
} from '../context';
import { diagnosticsJson, formatDiagnostics, notebookFailure } from '../diagnostics';

interface CompileOptions extends CommonOptions {
  readonly target: 'kfp';
  readonly output?: string;
  readonly image?: string;
  readonly runner: RunnerOrigin;
}

export function registerCompile(program: Command, context: Context, finish: Finish): void {
  program
    .command('compile')
    .argument('<notebook>', 'an annotated notebook, or - for standard input')
    .description('Compiles a notebook for an engine: writes a file that the engine takes.')
    .addOption(
      new Option('--target <engine>', 'kfp: Kubeflow Pipelines v2')
        .choices(['kfp'])
        .makeOptionMandatory()
    )
    .option(
      '-o, --output <file>',
      "where to write; by default the notebook's name with .yaml, here"
    )
    .option('--image <image>', 'the image of steps that name none')
    .addOption(
      new Option(
        '--runner <origin>',
        'artifact: it travels with the pipeline; image: every image has jupyterlab-chard'
      )
        .choices(['artifact', 'image'])
        .default('artifact')
    )
    .option('--json', 'one JSON document on standard output', false)
    .addHelpText(
      'after',
      '\nExample:\n  chard compile examples/digits/digits.ipynb --target kfp -o digits.yaml'
    )
    .action(async (reference: string, options: CompileOptions) => {
      finish(await compile(reference, options, context));
    });
}

async function compile(
  reference: string,
  options: CompileOptions,
  context: Context
): Promise<ExitCode> {
  const { terminal } = context;
  if (options.image !== undefined && !isImage(options.image)) {
    throw new ChardError(
      'usage',
      `"${options.image}" is no image: its form is [registry/]name[:tag], without blanks.`,
      { exitCode: 2 }
    );
  }
  const loaded = await loadNotebook(reference, context);
  const { text, diagnostics } = compileLoaded(loaded, options);
  if (text === null) {
    if (options.json) {
      printJson(terminal, notebookFailure(diagnostics, loaded, 'nothing was written'));
    } else {
      terminal.err(formatDiagnostics(diagnostics, loaded.source, terminal.paint.err));
    }
    return 1;
  }
  const file = resolve(options.output ?? defaultOutput(loaded));
  writeWhole(file, text);
  if (options.json) {
    printJson(terminal, {
      files: [file],
      diagnostics: diagnosticsJson(diagnostics, loaded)
    });
    return 0;
  }
  if (diagnostics.length > 0) {
    terminal.err(`${formatDiagnostics(diagnostics, loaded.source, terminal.paint.err)}\n`);
  }
  terminal.out(`${file}\n`);
  return 0;
}

/** The text to write, null where the notebook has errors. */
function compileLoaded(
  loaded: LoadedNotebook,
  { image, runner }: CompileOptions
): { text: string | null; diagnostics: Diagnostic[] } {
  const { pipeline, diagnostics } = loaded;
  if (pipeline === null || hasErrors(diagnostics)) return { text: null, diagnostics };
  const { text, diagnostics: found } = compileForKfp(pipeline, loaded, {
    image: image ?? null,
    runner
  });
  return { text, diagnostics: [...diagnostics, ...found] };
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

function defaultOutput({ path, bytes }: LoadedNotebook): string {
  return bytes === null ? 'notebook.yaml' : `${basename(path, extname(path))}.yaml`;
}
