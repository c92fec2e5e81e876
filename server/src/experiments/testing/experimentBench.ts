import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentEvent, ExperimentState } from '@chard/core/experiment';
import { Bench, interpreter } from '../../engines/local/testing/bench';
import type { ExperimentEngine } from '../experimentEngine';
import { createExperimentEngine, type LocalExperimentOptions } from '../localExperiments';
import { readExperimentState } from '../read';
import type { OpenSuggester } from '../suggester/suggester';
import { experimentRequest, type RequestSketch } from './sketch';

/** A bench with engines for experiments on it, whose trials an engine of the bench runs. */
export class ExperimentBench extends Bench {
  /** The notebook's path. */
  get notebook(): string {
    return join(this.folder, 'notebook.ipynb');
  }

  experiments(open: OpenSuggester, change: Partial<LocalExperimentOptions> = {}): ExperimentEngine {
    const engine = createExperimentEngine({
      stores: this.stores,
      engine: change.engine ?? this.engine(),
      open,
      contextOf: async () => ({ interpreter: interpreter() }),
      ...change
    });
    this.closers.push(() => engine.close());
    return engine;
  }

  start(engine: ExperimentEngine, sketch: RequestSketch = {}) {
    return engine.start(experimentRequest(this.notebook, sketch));
  }

  /** Runs an experiment to its end, on an engine of its own. */
  async run(open: OpenSuggester, sketch: RequestSketch = {}): Promise<ExperimentState> {
    const { finished } = await this.start(this.experiments(open), sketch);
    return finished;
  }

  /** The state of an experiment, by its log. */
  state(experiment: string): ExperimentState {
    return readExperimentState(this.stores, experiment);
  }

  /** Resolves with the first event of an experiment's log, past or to come, that fits. */
  eventually(
    experiment: string,
    fits: (event: ExperimentEvent) => boolean
  ): Promise<ExperimentEvent> {
    const store = this.stores.experiments;
    return new Promise(resolve => {
      let seen = 0;
      const look = (): void => {
        for (const event of store.read(experiment, { after: seen })) {
          seen = event.seq;
          if (!fits(event)) continue;
          stop();
          return resolve(event);
        }
      };
      const stop = store.onChange(look);
      look();
    });
  }

  /** Python that leaves a mark each time it is executed. */
  marking(name: string): string {
    return `open(${JSON.stringify(join(this.aside, name))}, "a").write("x")`;
  }

  /** How many marks there are. */
  marks(name: string): number {
    const path = join(this.aside, name);
    return existsSync(path) ? readFileSync(path, 'utf8').length : 0;
  }
}
