import { z } from 'zod';
import { Diagnostic } from '../../diagnostics';
import { Pipeline } from '../../pipeline/model';
import { Nothing, type JsonEndpoint } from './endpoint';

/**
 * A notebook's path as Jupyter's contents API has it, without a drive: below Jupyter's root, with `/`. Where it leads
 * is checked again by the server, links resolved.
 */
export const NotebookPath = z
  .string()
  .max(4096)
  .refine(
    path =>
      !path.includes('\0') &&
      path.split('/').every(part => part !== '' && part !== '.' && part !== '..'),
    'It takes a path below Jupyter’s root: no leading `/`, no `.` and `..`.'
  );

/** A dotted module name, such as an import statement has it. */
const ModuleName = z
  .string()
  .max(512)
  .regex(/^[\p{L}\p{Nl}_][\p{L}\p{M}\p{N}_]*(\.[\p{L}\p{Nl}_][\p{L}\p{M}\p{N}_]*)*$/u);

export const ModuleSource = z.object({
  name: z.string(),
  /** Relative to the notebook's folder, with `/`. */
  path: z.string(),
  source: z.string()
});
export type ModuleSource = z.infer<typeof ModuleSource>;

/**
 * The sources of the modules beside a notebook that these names reach, through one another too: what
 * `findLocalModules` needs in the browser to find what the server finds. A name that is missing in the answer is no local module.
 */
export const findModules = {
  kind: 'json',
  method: 'POST',
  path: '/notebooks/modules',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ path: NotebookPath, names: z.array(ModuleName).max(10_000) }),
  answer: z.object({ modules: z.array(ModuleSource) })
} as const satisfies JsonEndpoint;

/**
 * Where `content` (a notebook's JSON text) is given, it stands for the file: what a person has not saved yet. Outputs
 * may be left out of it.
 */
const NotebookReference = z.strictObject({ path: NotebookPath, content: z.string().optional() });

/** All diagnostics of a notebook, with what the kernel's own interpreter says of each cell. */
export const checkNotebook = {
  kind: 'json',
  method: 'POST',
  path: '/notebooks/check',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: NotebookReference,
  answer: z.object({
    diagnostics: z.array(Diagnostic),
    /** Null where the notebook makes none. With an error among the diagnostics it is to be looked at, not run. */
    pipeline: Pipeline.nullable()
  })
} as const satisfies JsonEndpoint;

/** Parameter values by name, as JSON holds them (`bindParameters`). */
export const ParameterValues = z.record(z.string(), z.json());

export const CompiledFile = z.object({
  name: z.string(),
  mediaType: z.string(),
  text: z.string()
});
export type CompiledFile = z.infer<typeof CompiledFile>;

/** `local`: the pipeline's JSON, which runs on this machine; `kfp`: Kubeflow Pipelines v2. */
export const CompileTarget = z.enum(['local', 'kfp']);
export type CompileTarget = z.infer<typeof CompileTarget>;

/** What a notebook is compiled to: 422 with the diagnostics where it has errors. */
export const compileNotebook = {
  kind: 'json',
  method: 'POST',
  path: '/notebooks/compile',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: NotebookReference.extend({
    parameters: ParameterValues.default({}),
    target: CompileTarget.default('local')
  }),
  answer: z.object({
    pipeline: Pipeline,
    files: z.array(CompiledFile),
    diagnostics: z.array(Diagnostic)
  })
} as const satisfies JsonEndpoint;
