import { z } from 'zod';
import { Diagnostic } from '../../diagnostics';
import { EndReason, ExperimentEvent } from '../../experiment/events';
import { Assignment, ExperimentSpec, ObjectiveType, TrialCounts } from '../../experiment/model';
import { ExperimentSnapshot } from '../../experiment/snapshot';
import { ExperimentPhase, TrialPhase } from '../../experiment/state';
import {
  Nothing,
  WireInt,
  wireList,
  type BytesEndpoint,
  type JsonEndpoint,
  type StreamEndpoint
} from './endpoint';
import { NotebookPath, ParameterValues } from './notebooks';
import { Freed } from './runs';

export const ExperimentId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
export const ExperimentParams = z.strictObject({ experiment: ExperimentId });

/** An experiment as lists show it. */
export const ExperimentItem = z.object({
  id: ExperimentId,
  /** What a person calls it; no two experiments of a notebook are called the same. */
  name: z.string(),
  pipeline: z.string(),
  /** Below Jupyter's root, as it was called when the experiment began. */
  notebook: z.string(),
  state: ExperimentPhase,
  /** Why it is ending or has ended; null before. */
  reason: EndReason.nullable(),
  objective: z.object({ type: ObjectiveType, metric: z.string() }),
  algorithm: z.string(),
  counts: TrialCounts,
  /** Trials by phase. */
  tally: z.record(TrialPhase, z.int()),
  /** Null while no trial has succeeded. */
  best: z
    .object({
      trial: z.int().min(1),
      run: z.string().nullable(),
      value: z.number(),
      parameters: Assignment
    })
    .nullable(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  finishedAt: z.number().nullable(),
  /** What is damaged of it in the store, and what to do; what is not known then is empty. Null where all is well. */
  damage: z.string().nullable()
});
export type ExperimentItem = z.infer<typeof ExperimentItem>;

/** Newest first. Experiments on notebooks outside of Jupyter's root are not there, neither here nor by id. */
export const listExperiments = {
  kind: 'json',
  method: 'GET',
  path: '/experiments',
  status: 200,
  params: Nothing,
  query: z.strictObject({
    notebook: NotebookPath.optional(),
    state: wireList(ExperimentPhase).optional(),
    /** Part of the id, the name, the pipeline's name or the notebook's path; case does not count. */
    text: z.string().max(256).optional(),
    /** Those older than this experiment: `next` of the page before. */
    before: ExperimentId.optional(),
    limit: WireInt.min(1).max(500).default(50)
  }),
  body: Nothing,
  answer: z.object({
    experiments: z.array(ExperimentItem),
    /** What `before` takes for the next page; null on the last. */
    next: ExperimentId.nullable()
  })
} as const satisfies JsonEndpoint;

/** What an experiment is asked to do. `parameters` are values of parameters that are not tuned. */
const ExperimentRequest = z.strictObject({
  path: NotebookPath,
  spec: ExperimentSpec,
  parameters: ParameterValues.default({})
});

/**
 * Starts an experiment on the notebook as it is saved. 422 with the diagnostics where the notebook has errors, or the
 * specification has (`experiment-invalid`, each fault at its field); `packages-missing` (409) where the algorithm needs what is not
 * installed; `experiment-name-taken` (409).
 */
export const startExperiment = {
  kind: 'json',
  method: 'POST',
  path: '/experiments',
  status: 201,
  params: Nothing,
  query: Nothing,
  body: ExperimentRequest,
  answer: z.object({ experiment: ExperimentItem, diagnostics: z.array(Diagnostic) })
} as const satisfies JsonEndpoint;

/** About how long an experiment takes, from the times of the last run and from what its trials share. */
export const estimateExperiment = {
  kind: 'json',
  method: 'POST',
  path: '/experiments/estimate',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: ExperimentRequest,
  answer: z.object({
    /** Null where no run of the notebook has finished all steps. */
    estimate: z
      .object({
        /** The whole experiment, in milliseconds. */
        totalMs: z.number(),
        /** The steps that all trials share: once, and not at all where a result still holds. */
        sharedMs: z.number(),
        /** One trial's own steps. */
        trialMs: z.number(),
        sharedSteps: z.array(z.string()),
        trialSteps: z.array(z.string()),
        /** The run that the times are from. */
        run: z.string()
      })
      .nullable()
  })
} as const satisfies JsonEndpoint;

/**
 * An experiment with its state; the stream of its events goes on after `snapshot.seq`. `broken`: why the server gave it up without
 * being able to write so into its log.
 */
export const getExperiment = {
  kind: 'json',
  method: 'GET',
  path: '/experiments/:experiment',
  status: 200,
  params: ExperimentParams,
  query: Nothing,
  body: Nothing,
  answer: z.object({
    experiment: ExperimentItem,
    snapshot: ExperimentSnapshot,
    broken: z.object({ code: z.string(), message: z.string() }).nullable()
  })
} as const satisfies JsonEndpoint;

/**
 * An experiment's events after `after` (or the header `Last-Event-ID`), then those that come, until it is over. The id of each
 * message is its event's `seq`. After the last event of an experiment that is over comes a message of the type `end`; one that
 * goes on later has further events, which another request gives.
 */
export const followExperiment = {
  kind: 'stream',
  method: 'GET',
  path: '/experiments/:experiment/events',
  params: ExperimentParams,
  query: z.strictObject({ after: WireInt.min(0).default(0) }),
  message: ExperimentEvent
} as const satisfies StreamEndpoint;

/** What changes in the list of experiments. The first message is always `reset`: whoever listens reads the list then. */
export const ExperimentListChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reset') }),
  z.object({ type: z.literal('changed'), experiment: ExperimentItem }),
  z.object({ type: z.literal('deleted'), id: z.string() })
]);
export type ExperimentListChange = z.infer<typeof ExperimentListChange>;

export const followExperiments = {
  kind: 'stream',
  method: 'GET',
  path: '/feed/experiments',
  params: Nothing,
  query: Nothing,
  message: ExperimentListChange
} as const satisfies StreamEndpoint;

/** What a person asks of an experiment while it goes on, or of one that is over. */
export const ExperimentCommand = z.discriminatedUnion('type', [
  /** No further trial is started; those that run go on. */
  z.strictObject({ type: z.literal('pause') }),
  /** After a pause or an interruption; also after its end, where `counts` leave room for more trials. */
  z.strictObject({ type: z.literal('resume') }),
  /** Ends it: what runs is waited for, or cancelled. */
  z.strictObject({ type: z.literal('stop'), trials: z.enum(['finish', 'cancel']) }),
  /** Other counts. More trials than before let an experiment that is over go on. */
  z.strictObject({ type: z.literal('counts'), counts: TrialCounts })
]);
export type ExperimentCommand = z.infer<typeof ExperimentCommand>;

/** `experiment-over`, `experiment-owned`, `packages-missing`: 409. The events tell when it has been done. */
export const commandExperiment = {
  kind: 'json',
  method: 'POST',
  path: '/experiments/:experiment/command',
  status: 202,
  params: ExperimentParams,
  query: Nothing,
  body: ExperimentCommand,
  answer: z.object({ experiment: ExperimentItem })
} as const satisfies JsonEndpoint;

/** `experiment-name-taken` (409) where another experiment on the same notebook is called so. */
export const renameExperiment = {
  kind: 'json',
  method: 'PATCH',
  path: '/experiments/:experiment',
  status: 200,
  params: ExperimentParams,
  query: Nothing,
  body: z.strictObject({ name: z.string().trim().min(1).max(200) }),
  answer: z.object({ experiment: ExperimentItem })
} as const satisfies JsonEndpoint;

/** What deleting these experiments with the runs of their trials would free. */
export const measureExperiments = {
  kind: 'json',
  method: 'POST',
  path: '/experiments/measure',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: z.strictObject({ experiments: z.array(ExperimentId).min(1).max(1000) }),
  answer: z.object({ runs: z.int(), files: z.int(), bytes: z.number() })
} as const satisfies JsonEndpoint;

/** Removes an experiment that is over and, unless `runs` says `keep`, the runs of its trials. `experiment-active` (409). */
export const deleteExperiment = {
  kind: 'json',
  method: 'DELETE',
  path: '/experiments/:experiment',
  status: 200,
  params: ExperimentParams,
  query: z.strictObject({ runs: z.enum(['delete', 'keep']).default('delete') }),
  body: Nothing,
  answer: z.object({ id: ExperimentId, runs: z.int(), freed: Freed })
} as const satisfies JsonEndpoint;

/** How much of the objective's differences each parameter accounts for. */
export const getImportances = {
  kind: 'json',
  method: 'GET',
  path: '/experiments/:experiment/importances',
  status: 200,
  params: ExperimentParams,
  query: z.strictObject({
    /** `fanova` needs scikit-learn beside Chard (`packages-missing`, 409). */
    method: z.enum(['ped-anova', 'fanova']).default('ped-anova')
  }),
  body: Nothing,
  answer: z.object({
    method: z.enum(['ped-anova', 'fanova']),
    /** Succeeded trials that they are made from. */
    trials: z.int(),
    /** The greatest first, together 1; empty where the trials do not differ, or are too few to tell. */
    importances: z.array(z.object({ name: z.string(), value: z.number() })),
    /** Why there are none, in words; empty where there are. */
    reason: z.string()
  })
} as const satisfies JsonEndpoint;

/** One line a trial: number, state, run, times, parameters, metrics. */
export const exportTrials = {
  kind: 'bytes',
  method: 'GET',
  path: '/experiments/:experiment/trials.csv',
  params: ExperimentParams,
  query: Nothing,
  mediaType: 'text/csv; charset=utf-8'
} as const satisfies BytesEndpoint;

/** The trials as an Optuna study in SQLite: `optuna-dashboard sqlite:///FILE` opens it. */
export const exportStudy = {
  kind: 'bytes',
  method: 'GET',
  path: '/experiments/:experiment/study.db',
  params: ExperimentParams,
  query: Nothing,
  mediaType: 'application/vnd.sqlite3'
} as const satisfies BytesEndpoint;
