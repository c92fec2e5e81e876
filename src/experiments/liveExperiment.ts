import {
  fromExperimentSnapshot,
  isExperimentOver,
  reduceExperiment,
  type ExperimentEvent,
  type ExperimentState
} from '@chard/core/experiment';
import { followExperiment, getExperiment, type ExperimentItem } from '@chard/core/protocol/api';
import type { ChardApi } from '../runs/api';
import { Following, type Known } from '../runs/following';

const GONE = new Set(['not-found', 'experiment-unknown']);

/** An experiment as its events tell it. */
export class LiveExperiment extends Following<ExperimentState, ExperimentEvent> {
  private _item: ExperimentItem | null = null;

  constructor(
    readonly id: string,
    private readonly api: ChardApi,
    goesOn: () => boolean,
    private readonly pathOf: (experiment: ExperimentItem) => string
  ) {
    super(GONE, goesOn);
    this.again();
  }

  /** As it was when it was last asked for; null until it is known. */
  get item(): ExperimentItem | null {
    return this._item;
  }

  /** Where its notebook is now, below Jupyter's root; empty until it is known. */
  get notebook(): string {
    return this._item === null ? '' : this.pathOf(this._item);
  }

  protected async read(signal: AbortSignal): Promise<Known<ExperimentState>> {
    const input = { params: { experiment: this.id }, query: {}, body: {} };
    const { experiment, snapshot, broken } = await this.api.ask(getExperiment, input, signal);
    this._item = experiment;
    return {
      state: fromExperimentSnapshot(snapshot),
      isOver: isExperimentOver(snapshot.phase),
      problem: broken?.message ?? null
    };
  }

  protected events({ seq }: ExperimentState, signal: AbortSignal): AsyncIterable<ExperimentEvent> {
    const input = { params: { experiment: this.id }, query: { after: seq } };
    return this.api.follow(followExperiment, input, signal);
  }

  protected reduce(state: ExperimentState, event: ExperimentEvent): ExperimentState {
    return reduceExperiment(state, event);
  }
}
