import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExperimentState } from '@chard/core/experiment';
import type { Clock } from '../engines/local/clock';
import { systemClock } from '../engines/local/clock';
import type {
  ImportanceMethod,
  Importances,
  OpenSuggester,
  Suggester
} from './suggester/suggester';

/** Starting Optuna takes a second, so an answer's process waits for the next question so long. */
const IDLE_MILLISECONDS = 30_000;

interface Kept {
  readonly key: string;
  readonly opened: Promise<Suggester>;
  /** Questions that it has not answered yet: it is closed after the last one. */
  asked: number;
  isOver: boolean;
  stopTimer: () => void;
}

/** Questions about an experiment's trials that Optuna answers, whether or not the experiment goes on. */
export class ExperimentAnalysis {
  private kept: Kept | null = null;

  constructor(
    private readonly open: OpenSuggester,
    private readonly clock: Clock = systemClock
  ) {}

  /** @throws ChardError `suggester-missing`, `packages-missing`, `suggester-failed`. */
  importances(state: ExperimentState, method: ImportanceMethod): Promise<Importances> {
    return this.withSuggester(state, suggester => suggester.importances(method));
  }

  /** The bytes of a SQLite file that holds the trials as an Optuna study of this name. */
  async study(state: ExperimentState, name: string): Promise<Uint8Array> {
    const folder = mkdtempSync(join(tmpdir(), 'chard-study-'));
    try {
      const path = join(folder, 'study.db');
      await this.withSuggester(state, suggester => suggester.export(state, name, path));
      return readFileSync(path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  close(): void {
    this.letGo();
  }

  private async withSuggester<Answer>(
    state: ExperimentState,
    ask: (suggester: Suggester) => Promise<Answer>
  ): Promise<Answer> {
    const kept = this.keep(state);
    kept.asked += 1;
    try {
      return await ask(await kept.opened);
    } catch (error) {
      if (this.kept === kept) this.letGo();
      throw error;
    } finally {
      kept.asked -= 1;
      closeUnused(kept);
    }
  }

  private keep(state: ExperimentState): Kept {
    const key = `${state.id}/${state.seq}`;
    if (this.kept?.key !== key) {
      this.letGo();
      this.kept = {
        key,
        opened: this.open(analysed(state), {}),
        asked: 0,
        isOver: false,
        stopTimer: () => undefined
      };
    }
    const { kept } = this;
    kept.stopTimer();
    kept.stopTimer = this.clock.after(IDLE_MILLISECONDS, () => {
      if (this.kept === kept) this.letGo();
    });
    return kept;
  }

  private letGo(): void {
    const { kept } = this;
    this.kept = null;
    if (kept === null) return;
    kept.stopTimer();
    kept.isOver = true;
    closeUnused(kept);
  }
}

function closeUnused({ isOver, asked, opened }: Kept): void {
  if (!isOver || asked > 0) return;
  // One that could not be started has told who asked.
  opened.then(suggester => suggester.close()).catch(() => undefined);
}

/** The trials as they are: an algorithm that needs packages is not needed to look at them. */
function analysed(state: ExperimentState): ExperimentState {
  const algorithm = { name: 'random', settings: {} };
  return { ...state, spec: { ...state.spec, algorithm, earlyStopping: null } };
}
