import { isExperimentOver, type ExperimentPhase } from '@chard/core/experiment';
import type { ExperimentItem } from '@chard/core/protocol/api';
import type { GivenUp } from '../engines/givenUp';
import type { ExperimentRecord, ExperimentStore } from '../stores';
import { experimentUnknown } from '../stores/failures';
import type { Root } from './root';

export interface ExperimentQuery {
  /** What Jupyter calls the notebook. */
  readonly notebook?: string | undefined;
  readonly state?: readonly ExperimentPhase[] | undefined;
  readonly text?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** The experiments on notebooks below Jupyter's root; others are not there. */
export class ExperimentCatalogue {
  constructor(
    private readonly experiments: ExperimentStore,
    private readonly root: Root,
    private readonly broken: GivenUp
  ) {}

  /** @throws ChardError `experiment-unknown`. */
  get(id: string): ExperimentItem {
    const record = this.experiments.get(id);
    const item = record === undefined ? null : this.describe(record);
    if (item === null) throw experimentUnknown(id);
    return item;
  }

  /** Newest first, with what `before` takes for those that follow. @throws ChardError `path-outside-root`. */
  list({ text, limit, ...query }: ExperimentQuery): {
    experiments: ExperimentItem[];
    next: string | null;
  } {
    const wanted = text?.toLocaleLowerCase();
    const experiments: ExperimentItem[] = [];
    for (const item of this.all(query)) {
      if (wanted !== undefined && !hasText(item, wanted)) continue;
      if (experiments.length === limit)
        return { experiments, next: experiments.at(-1)?.id ?? null };
      experiments.push(item);
    }
    return { experiments, next: null };
  }

  /** All of them that fit, newest first. */
  *all({
    notebook,
    state,
    before
  }: Omit<ExperimentQuery, 'text' | 'limit'> = {}): Generator<ExperimentItem> {
    const path = notebook === undefined ? undefined : this.root.resolve(notebook);
    const records = this.experiments.list({
      ...(path !== undefined && { notebook: path }),
      ...(state !== undefined && { phases: state }),
      ...(before !== undefined && { before })
    });
    for (const record of records) {
      const item = this.describe(record);
      if (item !== null) yield item;
    }
  }

  private describe(record: ExperimentRecord): ExperimentItem | null {
    const notebook = this.root.relative(record.notebook);
    if (notebook === null) return null;
    const { id, name, pipeline, reason, objective, algorithm, counts } = record;
    const { tally, best, createdAt, finishedAt, damage } = record;
    return {
      id,
      name,
      pipeline,
      notebook,
      state: this.phaseOf(record),
      reason,
      objective: { ...objective },
      algorithm,
      counts: { ...counts },
      tally: { ...tally },
      best: best && { ...best },
      createdAt,
      finishedAt,
      damage
    };
  }

  /** One that was given up, and whose log cannot say so, is interrupted. */
  private phaseOf({ id, phase }: ExperimentRecord): ExperimentPhase {
    return !isExperimentOver(phase) && this.broken.reasonOf(id) ? 'interrupted' : phase;
  }
}

function hasText({ id, name, pipeline, notebook }: ExperimentItem, wanted: string): boolean {
  return [id, name, pipeline, notebook].some(text => text.toLocaleLowerCase().includes(wanted));
}
