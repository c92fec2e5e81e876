import { byteSize } from '@chard/core/text';
import { restoreRun } from '@chard/core/protocol/api';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { z } from 'zod';
import { askWhereTo, type RestorePlace } from './askWhereTo';
import { freeFolder } from './freeFolder';
import { followWork } from './longWork';
import type { Runs } from './runs';
import '../views';

type Restored = z.output<(typeof restoreRun)['answer']>;

/** What coming back from a run needs. */
export interface ComeBack {
  readonly app: JupyterFrontEnd;
  readonly runs: Runs;
  readonly trans: TranslationBundle;
}

/** Puts what a run saw into a folder. @param place without it, it is asked for */
export async function restore(
  services: ComeBack,
  run: string,
  place?: RestorePlace
): Promise<Restored | null> {
  const { app, trans } = services;
  const chosen = place ?? (await askPlace(services, run));
  const restored = chosen === null ? null : await ask(services, run, chosen);
  if (restored === null) return null;
  const message = trans.__(
    '%1, %2, are in %3.',
    trans._n('%1 file', '%1 files', restored.files),
    byteSize(restored.bytes),
    restored.folder
  );
  const show = {
    label: trans.__('Show'),
    callback: () => void app.commands.execute('filebrowser:go-to-path', { path: restored.folder })
  };
  if (restored.problems.length === 0) {
    Notification.success(message, { actions: [show], autoClose: 10_000 });
  } else {
    Notification.warning([message, ...problemsInWords(restored, trans)].join('\n'), {
      actions: [show],
      autoClose: false
    });
  }
  return restored;
}

/** Puts what a run saw into a new folder and opens its notebook there; tells what is different of the environment. */
export async function openAsItWas(services: ComeBack, run: string): Promise<Restored | null> {
  const { app, trans } = services;
  const restored = await ask(services, run);
  if (restored === null) return null;
  await app.commands.execute('docmanager:open', { path: restored.notebook });
  if (restored.environment?.length === 0 && restored.problems.length === 0) {
    const same = trans.__(
      'The run as it was is in %1. The environment is the same as then.',
      restored.folder
    );
    Notification.info(same, { autoClose: 10_000 });
    return restored;
  }
  await showDialog({
    title: trans.__('The run as it was'),
    body: new Differences(restored, trans),
    buttons: [Dialog.okButton()]
  });
  return restored;
}

async function ask(
  { runs, trans }: ComeBack,
  run: string,
  place?: RestorePlace
): Promise<Restored | null> {
  const input = { params: { run }, query: {}, body: place ?? {} };
  const title = trans.__('Restoring what the run saw');
  return followWork(title, watch => runs.api.work(restoreRun, input, watch), trans);
}

async function askPlace({ app, runs, trans }: ComeBack, run: string): Promise<RestorePlace | null> {
  const { item } = await runs.get(run).known();
  const path = item?.notebook ?? '';
  const stem = path.slice(0, path.length - PathExt.extname(path).length);
  const name = `${stem}-run-${item?.number ?? ''}`;
  return askWhereTo(await freeFolder(app.serviceManager.contents, name), trans);
}

const MOST_PROBLEMS = 5;

function problemsInWords({ problems }: Restored, trans: TranslationBundle): string[] {
  const rest = problems.length - MOST_PROBLEMS;
  return [
    ...problems.slice(0, MOST_PROBLEMS).map(({ path, message }) => `${path}: ${message}`),
    ...(rest > 0 ? [trans._n('and %1 more', 'and %1 more', rest)] : [])
  ];
}

/** What is different today from when the run ran, and what could not be brought back. */
class Differences extends ReactWidget {
  constructor(
    private readonly restored: Restored,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-chard-Environment');
  }

  override render() {
    const { restored, trans } = this;
    const { folder, environment } = restored;
    const problems = problemsInWords(restored, trans);
    return (
      <>
        <p>{trans.__('It is in %1.', folder)}</p>
        {problems.length > 0 && (
          <>
            <p>{trans.__('Not everything could be brought back:')}</p>
            <ul>
              {problems.map(text => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </>
        )}
        {environment === null && (
          <p>
            {trans.__(
              'The kernel that it ran in is not here any more, so nothing can be said of the environment.'
            )}
          </p>
        )}
        {environment?.length === 0 && <p>{trans.__('The environment is the same as then.')}</p>}
        {environment !== null && environment.length > 0 && (
          <>
            <p>
              {trans._n(
                'The environment differs in %1 thing from then:',
                'The environment differs in %1 things from then:',
                environment.length
              )}
            </p>
            <div className="jp-chard-Environment-list" tabIndex={0}>
              <EnvironmentTable changes={environment} trans={trans} />
            </div>
          </>
        )}
      </>
    );
  }
}

function EnvironmentTable(props: {
  readonly changes: NonNullable<Restored['environment']>;
  readonly trans: TranslationBundle;
}) {
  const { changes, trans } = props;
  const nothing = <span className="jp-chard-hint">{trans.__('not there')}</span>;
  return (
    <table className="jp-chard-Table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Package')}</th>
          <th scope="col">{trans.__('Then')}</th>
          <th scope="col">{trans.__('Now')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ what, before, now }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{before ?? nothing}</td>
            <td>{now ?? nothing}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
