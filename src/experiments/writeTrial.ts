import type { Assignment } from '@chard/core/experiment';
import { editsToSetParameters } from '@chard/core/pipeline';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds } from '../commands';
import { openNotebook } from '../notebooks/openNotebook';
import type { IChardNotebooks } from '../tokens';
import { assignmentInWords } from './sentences';

interface Services {
  readonly app: JupyterFrontEnd;
  readonly notebooks: IChardNotebooks;
  readonly trans: TranslationBundle;
}

/** Writes a trial's values into the parameters cells of its notebook, as one step of its undo, and shows the cell. */
export async function writeTrial(
  { app, notebooks, trans }: Services,
  path: string,
  values: Assignment
): Promise<void> {
  const { pipeline } = await openNotebook(app, notebooks, path, trans);
  await pipeline.untilCurrent();
  const found = pipeline.findings?.pipeline;
  if (!found) throw new Error(trans.__('The notebook has errors: its parameters cannot be read.'));
  const { edits, diagnostics } = editsToSetParameters(found, values);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join(' '));
  const cell = found.parameters.find(({ name }) => Object.hasOwn(values, name))?.literal.cell;
  if (cell !== undefined) await app.commands.execute(CommandIds.goToCell, { cell });
  if (edits.length === 0) {
    Notification.info(trans.__('The parameters have these values already.'), { autoClose: 5000 });
    return;
  }
  pipeline.apply(edits);
  Notification.success(
    trans.__('Written into the parameters: %1.', assignmentInWords(values, trans)),
    {
      autoClose: 10_000,
      actions: [{ label: trans.__('Undo'), callback: () => pipeline.notebook.undo() }]
    }
  );
}
