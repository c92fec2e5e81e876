import { createHash } from 'node:crypto';
import type { Pipeline, Step } from '@chard/core/pipeline';
import type { ResultStore, ReuseParts, StoredResult, ValueStore } from '../../stores';
import type { Received } from './versions';
import type { RunWorkspace } from './workspace';

/** Part of every key: results of an engine that worked differently are not found. */
const GENERATION = 1;

export type Decision =
  | { readonly reuse: true; readonly why: string; readonly result: StoredResult }
  | { readonly reuse: false; readonly why: string };

/** What reuse has to know of a run. */
export interface ReuseContext {
  readonly pipeline: Pipeline;
  /** Absolute path of the notebook. */
  readonly notebook: string;
  /** The environment's. */
  readonly fingerprint: string;
  readonly workspace: RunWorkspace;
}

/** Finds earlier results that still hold, and says in words why one does or does not. */
export class Reuse {
  constructor(
    private readonly results: ResultStore,
    private readonly values: ValueStore,
    private readonly context: ReuseContext
  ) {}

  /** All that a step's result depends on, as far as it can be known. */
  async parts(step: Step, received: Received): Promise<ReuseParts> {
    const { pipeline, fingerprint, workspace } = this.context;
    const modules = pipeline.modules.filter(({ path }) => step.modules.includes(path));
    const parameters = pipeline.parameters.filter(({ name }) => step.parameters.includes(name));
    return {
      code: step.fingerprint,
      modules: Object.fromEntries(modules.map(({ path, digest }) => [path, digest])),
      inputs: Object.fromEntries([...received.values].map(([name, { digest }]) => [name, digest])),
      parameters: Object.fromEntries(
        parameters.map(parameter => [parameter.name, parameter.default])
      ),
      environment: fingerprint,
      variables: sha256(canonical(step.settings.environment)),
      workspace: (await workspace.view(step.name)).digest
    };
  }

  key(step: Step, parts: ReuseParts): string {
    return sha256(canonical([GENERATION, this.context.notebook, step.name, parts]));
  }

  /** Looks for a result with these parts that is whole and whose files are as they were. */
  async find(step: Step, parts: ReuseParts): Promise<Decision> {
    const result = this.results.find(this.key(step, parts));
    if (result === undefined) return { reuse: false, why: await this.difference(step, parts) };
    // What the step did not change is its provider's to have.
    const own = result.values.filter(({ unchanged }) => !unchanged);
    const lost = own.find(({ group }) => group !== null && !this.values.has(group));
    if (lost !== undefined) {
      return { reuse: false, why: `the stored value of "${lost.name}" is gone` };
    }
    // A name that the step did not bind has no type: its absence is the result.
    const held = new Set(
      result.values.flatMap(({ name, refused, type }) =>
        refused === null || type === '' ? [name] : []
      )
    );
    const missing = step.outputs.find(name => !held.has(name));
    if (missing !== undefined) {
      return {
        reuse: false,
        why: `its earlier result does not hold "${missing}", which a later step now takes`
      };
    }
    const verdict = await this.context.workspace.check(step.name, result.files);
    if (!verdict.ok) return { reuse: false, why: verdict.why };
    return { reuse: true, why: 'nothing that it depends on has changed', result };
  }

  private async difference(step: Step, now: ReuseParts): Promise<string> {
    const latest = this.results.latest(this.context.notebook, step.name);
    if (latest === undefined) return 'no earlier result';
    const differences = compareParts(latest.parts, now);
    const inFiles = await this.context.workspace.explain(step.name, latest.files);
    if (inFiles !== null) differences.push(inFiles);
    return differences.length === 0 ? 'no earlier result that holds' : differences.join('; ');
  }
}

/** What changed between two results' parts, in words, the nearest cause first; files are left to the workspace. */
export function compareParts(before: ReuseParts, now: ReuseParts): string[] {
  return [
    ...(before.code === now.code ? [] : ['its code changed']),
    ...changedKeys(before.modules, now.modules).map(path => `module ${path} changed`),
    ...changedKeys(before.parameters, now.parameters).map(name => {
      const [from, to] = [before.parameters[name], now.parameters[name]];
      return `parameter ${name} changed ${shown(from)} -> ${shown(to)}`;
    }),
    ...changedKeys(before.inputs, now.inputs).map(
      name => `input ${name} ${changeOf(before, now, name)}`
    ),
    ...(before.variables === now.variables ? [] : ['its environment variables changed']),
    ...(before.environment === now.environment ? [] : ['the Python environment changed'])
  ];
}

function changeOf(before: ReuseParts, now: ReuseParts, name: string): string {
  if (!(name in before.inputs)) return 'is new';
  return name in now.inputs ? 'changed' : 'is not taken any more';
}

function changedKeys(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>
): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return keys.filter(key => canonical(before[key]) !== canonical(now[key]));
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : canonical(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** JSON in which equal values are equal texts. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item
    ) ?? 'undefined'
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
