import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds } from '../../commands';
import { openNotebook } from '../../notebooks/openNotebook';
import type { IChardNotebooks } from '../../tokens';
import type { LiveRun } from '../liveRun';
import type { Runs } from '../runs';
import { markFailedLine } from './failedLine';

interface Services {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly runs: Runs;
  readonly trans: TranslationBundle;
}

/**
 * Leads to a cell of the run's notebook. A line that failed is marked there until the cell is edited or the notebook runs
 * again; where the cell is no longer what ran, it says so instead.
 * @param index over all cells, as they were when the notebook ran
 */
export async function goToRunCell(
  { app, notebooks, runs, trans }: Services,
  run: LiveRun,
  index: number,
  line: number | null
): Promise<void> {
  const path = run.notebook!;
  const open = await openNotebook(app, notebooks, path);
  const { cells } = open.pipeline.notebook;
  const source = sourceOf(run, index);
  // Cells above may have come or gone since.
  const same = cells.findIndex((cell, at) => at === index && cell.getSource() === source);
  const moved = same >= 0 ? same : cells.findIndex(cell => cell.getSource() === source);
  const target = source !== null && moved >= 0 ? moved : Math.min(index, cells.length - 1);
  await app.commands.execute(
    CommandIds.goToCell,
    line === null ? { cell: target } : { cell: target, line }
  );
  if (line === null) return;
  if (source === null || moved < 0) {
    Notification.info(trans.__('This cell has changed since the run.'), { autoClose: 5000 });
    return;
  }
  const mark = await markFailedLine(open.panel.content, target, line, message(run, trans));
  const began = runs.list.of(path)[0]?.id;
  const look = (): void => {
    if (runs.list.of(path)[0]?.id !== began) mark.dispose();
  };
  runs.changed.connect(look);
  mark.disposed.connect(() => runs.changed.disconnect(look));
}

/** The code of a cell as it ran; null for one that is no step's. */
function sourceOf({ pipeline }: LiveRun, index: number): string | null {
  if (!pipeline) return null;
  const steps = [...pipeline.steps, ...(pipeline.metricsStep ? [pipeline.metricsStep] : [])];
  const cells = [...steps.flatMap(({ code }) => code), ...pipeline.prologue];
  return cells.find(({ cell }) => cell === index)?.source ?? null;
}

function message({ state }: LiveRun, trans: TranslationBundle): string {
  const failed = state?.steps.find(({ error }) => error !== null)?.error;
  return failed ? `${failed.type}: ${failed.message}` : trans.__('The run failed here.');
}
