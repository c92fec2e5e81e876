import type { Diagnostic } from '../diagnostics';

/** A JSON value, as a notebook's metadata holds. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export type CellType = 'code' | 'markdown' | 'raw';

/** One cell without its outputs. */
export interface Cell {
  /** Counts from 0 over all cells of the notebook. */
  readonly index: number;
  /** Null before nbformat 4.5. */
  readonly id: string | null;
  readonly type: CellType;
  /** Lines end with `\n`, whatever the file uses. */
  readonly source: string;
  /** As written, in their order; entries that are not strings are left out and reported. */
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
}

export interface Kernelspec {
  readonly name: string;
  readonly displayName: string | null;
}

export interface Notebook {
  readonly nbformat: { readonly major: number; readonly minor: number };
  /** Lower case; `python` where the notebook does not say. */
  readonly language: string;
  readonly kernelspec: Kernelspec | null;
  readonly metadata: JsonObject;
  readonly cells: readonly Cell[];
}

export interface ParsedNotebook {
  /** Null only where the input is not a notebook; then a diagnostic says why. */
  readonly notebook: Notebook | null;
  readonly diagnostics: Diagnostic[];
}

/** What a cell says that it is. `skip` is not among them: it is said beside the role. */
export type CellRole =
  | { readonly kind: 'imports' | 'functions' | 'parameters' | 'metrics' }
  | { readonly kind: 'step'; readonly name: string }
  /** Another notebook as a sub-pipeline: read and kept, not supported yet. */
  | { readonly kind: 'notebook'; readonly name: string; readonly path: string | null };

export interface SecretReference {
  readonly secret: string;
  readonly key: string;
  /** The environment variable that the step sees. */
  readonly env: string;
}

export interface Retries {
  /** Tries after the first. */
  readonly count: number;
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxBackoffSeconds: number;
}

/** A taint of nodes that a step puts up with, in Kubernetes' words. */
export interface Toleration {
  /** Empty: every taint. */
  readonly key: string;
  readonly operator: 'Exists' | 'Equal';
  readonly value: string;
  /** Empty: every effect. */
  readonly effect: '' | 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** How long a running step stays on a node with `NoExecute`; null: for ever. */
  readonly seconds: number | null;
}

/** A step's settings as said in one place; null or empty is "not said". */
export interface DeclaredStepSettings {
  readonly image: string | null;
  /** Resource name to Kubernetes quantity. */
  readonly limits: Readonly<Record<string, string>>;
  readonly requests: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretReference[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cache: boolean | null;
  readonly retries: Retries | null;
  readonly timeoutSeconds: number | null;
  /** Labels that the step's node must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly description: string | null;
}

/** A step's settings after the notebook's defaults; all that an engine needs. */
export interface EffectiveStepSettings extends DeclaredStepSettings {
  readonly cache: boolean;
}

/** What the tags and metadata of one cell say, before inheritance. */
export interface CellAnnotation {
  readonly role: CellRole | null;
  readonly skip: boolean;
  /** Names of the steps that this cell's step depends on, each once, as written. */
  readonly prev: readonly string[];
  readonly settings: DeclaredStepSettings;
}

/** What a cell is once inheritance is resolved. */
export type ResolvedRole =
  | { readonly kind: 'imports' | 'functions' | 'parameters' | 'metrics' | 'skip' }
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'notebook'; readonly name: string };

export interface AnnotatedCell {
  readonly cell: Cell;
  readonly annotation: CellAnnotation;
  /** Null for markdown and raw cells, and for code cells before the first tag. */
  readonly role: ResolvedRole | null;
  /** The tagged cell that an untagged cell has its role from. */
  readonly inheritedFrom: number | null;
}

export interface DeclaredDependency {
  readonly step: string;
  /** The cells that say `prev:`; never empty. */
  readonly cells: readonly number[];
}

/** A dependency on what is no earlier step: no step at all, a skipped one, a later one, the step itself. */
export interface UnmetDependency {
  readonly name: string;
  /** The earlier step that was most likely meant: analysis goes on as if it had been said. */
  readonly meant: string | null;
}

export interface AnnotatedStep {
  readonly name: string;
  /** Code cells of the step, in notebook order, inherited ones included; never empty. */
  readonly cells: readonly number[];
  /** In the order in which they are said; only names of steps with an earlier first cell. */
  readonly prev: readonly DeclaredDependency[];
  /** What it says it depends on and cannot; each is a diagnostic. */
  readonly unmet: readonly UnmetDependency[];
  readonly settings: EffectiveStepSettings;
}

export interface SubNotebook {
  readonly name: string;
  readonly cell: number;
  readonly path: string | null;
  readonly prev: readonly string[];
}

export const VOLUME_TYPES = ['pv', 'pvc', 'new_pvc', 'clone'] as const;
export type VolumeType = (typeof VOLUME_TYPES)[number];

export interface VolumeSettings {
  readonly name: string;
  readonly type: VolumeType;
  readonly mountPoint: string;
  /** A Kubernetes quantity, for example `5Gi`. */
  readonly size: string | null;
  readonly storageClassName: string | null;
  /** Kubernetes' name, for example `ReadWriteMany`. */
  readonly accessMode: string | null;
  readonly snapshot: boolean;
  readonly snapshotName: string | null;
  readonly readOnly: boolean;
  readonly subPath: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  /**
   * Where its files are on a machine without a cluster: a path, from the notebook's folder where it is relative; null: at the mount point,
   * if there is such a folder.
   */
  readonly folder: string | null;
}

/** The notebook's own settings, from Kale's `kubeflow_notebook` and from `chard`. */
export interface PipelineSettings {
  /** Null where the notebook names none: whoever knows the file's name uses that. */
  readonly name: string | null;
  readonly description: string;
  readonly experiment: string | null;
  /** The image of every step that names none itself. */
  readonly image: string | null;
  readonly volumes: readonly VolumeSettings[];
  /** Whether a snapshot is taken before a run; null: not said, so it is as the person's settings have it. */
  readonly snapshotVolumes: boolean | null;
  /** Kale's `katib_metadata` as it is. */
  readonly katib: JsonObject | null;
  readonly katibRun: boolean;
  readonly stepDefaults: DeclaredStepSettings;
  /** Null: not said, so results are reused. */
  readonly caching: boolean | null;
  /** For the whole run. */
  readonly timeoutSeconds: number | null;
  readonly storageClassName: string | null;
  readonly volumeAccessMode: string | null;
  readonly securityContext: JsonObject | null;
  /** Keys that nothing here knows, kept as they are. */
  readonly unknown: { readonly kale: JsonObject; readonly chard: JsonObject };
}

export interface AnnotatedNotebook {
  readonly notebook: Notebook;
  /** One for each cell of the notebook, same indexes. */
  readonly cells: readonly AnnotatedCell[];
  /** In notebook order, by first cell. */
  readonly steps: readonly AnnotatedStep[];
  readonly subNotebooks: readonly SubNotebook[];
  readonly settings: PipelineSettings;
  readonly diagnostics: Diagnostic[];
}
