import { runTexts, type RunItem } from '@chard/core/protocol/api';
import { isOver, type RunPhase } from '@chard/core/run';
import type { GivenUp } from '../engines/givenUp';
import type { RunRecord, RunStore } from '../stores';
import { runUnknown } from '../stores';
import type { Root } from './root';

export interface ListQuery {
  /** What Jupyter calls the notebook. */
  readonly notebook?: string | undefined;
  readonly state?: readonly RunPhase[] | undefined;
  readonly text?: string | undefined;
  readonly before?: string | undefined;
  /** Only the trials of this experiment. */
  readonly experiment?: string | undefined;
  /** Whether trials are among them. */
  readonly trials?: boolean;
  readonly limit: number;
}

const RECORDS_AT_ONCE = 500;

/** The runs of the notebooks below Jupyter's root; others are not there. */
export class Catalogue {
  constructor(
    private readonly runs: RunStore,
    private readonly root: Root,
    private readonly broken: GivenUp
  ) {}

  /** @throws ChardError `run-unknown`. */
  get(id: string): RunItem {
    const item = this.find(id);
    if (item === null) throw runUnknown(id);
    return item;
  }

  /** Null where there is none. */
  find(id: string): RunItem | null {
    const record = this.runs.get(id);
    return record === undefined ? null : this.describe(record);
  }

  /** Newest first, with what `before` takes for those that follow. @throws ChardError `path-outside-root`. */
  list({ text, limit, ...query }: ListQuery): { runs: RunItem[]; next: string | null } {
    const wanted = text?.toLocaleLowerCase();
    const runs: RunItem[] = [];
    for (const item of this.all(query)) {
      if (wanted !== undefined && !hasText(item, wanted)) continue;
      if (runs.length === limit) return { runs, next: runs.at(-1)?.id ?? null };
      runs.push(item);
    }
    return { runs, next: null };
  }

  /** All of them that fit, newest first, read a few at a time. */
  *all({
    notebook,
    state,
    before,
    experiment,
    trials = true
  }: Omit<ListQuery, 'text' | 'limit'> = {}): Generator<RunItem> {
    const path = notebook === undefined ? undefined : this.root.resolve(notebook);
    let last = before;
    for (;;) {
      const records = this.runs.list({
        ...(path !== undefined && { notebook: path }),
        ...(state !== undefined && { phases: state }),
        ...(last !== undefined && { before: last }),
        ...(experiment !== undefined ? { experiment } : !trials && { experiment: null }),
        limit: RECORDS_AT_ONCE
      });
      for (const record of records) {
        const item = this.describe(record);
        if (item !== null) yield item;
      }
      if (records.length < RECORDS_AT_ONCE) return;
      last = records.at(-1)?.id;
    }
  }

  /** Those whose log cannot say that they were cut off are so all the same. */
  private phaseOf({ id, phase }: RunRecord): RunPhase {
    return !isOver(phase) && this.broken.reasonOf(id) ? 'interrupted' : phase;
  }

  private describe(record: RunRecord): RunItem | null {
    const notebook = this.root.relative(record.notebook);
    if (notebook === null) return null;
    const { id, number, title, pipeline, cancelRequested, createdAt, finishedAt } = record;
    const phase = this.phaseOf(record);
    return {
      id,
      number,
      title,
      pipeline,
      notebook,
      state: phase,
      cancelling: cancelRequested && !isOver(phase),
      createdAt,
      finishedAt,
      parameters: record.parameters as RunItem['parameters'],
      metrics: record.metrics,
      failedStep: record.failedStep,
      trial: record.trial
    };
  }
}

function hasText(run: RunItem, wanted: string): boolean {
  return runTexts(run).some(text => text.toLocaleLowerCase().includes(wanted));
}
