import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { ServerConnection } from '@jupyterlab/services';
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
  const path = runs.pathOf(run.item!);
  if (!(await exists(app, path))) {
    Notification.warning(
      trans.__('%1 is not there any more. The run has kept it: “Notebook as it ran”.', path),
      { autoClose: 10_000 }
    );
    // Its tab may be what is left of it.
    if (!notebooks.all.some(({ panel }) => panel.context.path === path)) return;
  }
  const open = await openNotebook(app, notebooks, path, trans);
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

async function exists({ serviceManager }: JupyterFrontEnd, path: string): Promise<boolean> {
  try {
    await serviceManager.contents.get(path, { content: false });
    return true;
  } catch (error) {
    if ((error as Partial<ServerConnection.ResponseError>).response?.status === 404) return false;
    throw error;
  }
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
