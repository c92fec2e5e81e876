import { printableName, type CheckReport, type StoreDamage } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { errorIcon, okIcon } from '../../icons';
import type { Snapshots } from '../snapshots';
import { snapshotName } from '../words';
import '../../views';

const MOST_DAMAGES = 200;
const MOST_FILES = 5;

/** Asks whether all is to be read. @returns whether it is to be mended, too; null for no check */
export async function askWhetherToCheck(
  { sizes }: Snapshots,
  trans: TranslationBundle
): Promise<boolean | null> {
  const amount = sizes === null ? '' : ` (${byteSize(sizes.total)})`;
  const { button, isChecked } = await showDialog({
    title: trans.__('Check the snapshots'),
    body: trans.__(
      'Every byte that is kept%1 is read and compared with its checksum. Nothing is changed unless it is to be repaired.',
      amount
    ),
    checkbox: { label: trans.__('Repair what can be repaired'), checked: false },
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Check') })
    ]
  });
  return button.accept ? isChecked === true : null;
}

/** Shows what is damaged. @returns whether it is to be repaired now */
export async function showCheck(
  report: CheckReport,
  snapshots: Snapshots,
  isRepaired: boolean,
  trans: TranslationBundle
): Promise<boolean> {
  const repair = Dialog.okButton({ label: trans.__('Repair') });
  const { button } = await showDialog({
    title: trans._n(
      '%1 thing is not as it was written',
      '%1 things are not as they were written',
      report.damages.length
    ),
    body: new Damages(report, snapshots, isRepaired, trans),
    buttons: isRepaired
      ? [Dialog.okButton({ label: trans.__('Close') })]
      : [Dialog.cancelButton({ label: trans.__('Close') }), repair]
  });
  return button.label === repair.label;
}

class Damages extends ReactWidget {
  constructor(
    private readonly report: CheckReport,
    private readonly snapshots: Snapshots,
    private readonly isRepaired: boolean,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-chard-Dialog');
  }

  override render() {
    const { report, snapshots, trans } = this;
    const { damages } = report;
    const mended = damages.filter(({ isMended }) => isMended).length;
    return (
      <>
        {this.isRepaired ? (
          <p>{trans._n('%1 was repaired.', '%1 were repaired.', mended)}</p>
        ) : (
          <p>
            {trans.__(
              'Repairing takes lists from their copies and contents from the files where they were, if these still hold the same.'
            )}
          </p>
        )}
        <ul className="jp-chard-Damages" tabIndex={0}>
          {damages.slice(0, MOST_DAMAGES).map(damage => (
            <li key={damage.path} data-tone={damage.isMended ? 'ok' : 'failed'}>
              {damage.isMended ? (
                <okIcon.react tag="span" className="jp-chard-icon" />
              ) : (
                <errorIcon.react tag="span" className="jp-chard-icon" />
              )}
              <span>
                {damageInWords(damage, trans)}
                {damage.repaired !== null && ` (${damage.repaired})`}
                <ul>
                  {damage.touches.slice(0, MOST_FILES).map(({ snapshot, source, path }) => (
                    <li key={`${snapshot} ${source} ${path}`}>
                      {touchInWords(snapshots, snapshot, path, trans)}
                    </li>
                  ))}
                  {damage.touchCount > Math.min(MOST_FILES, damage.touches.length) && (
                    <li>
                      {trans._n(
                        'and %1 more',
                        'and %1 more',
                        damage.touchCount - Math.min(MOST_FILES, damage.touches.length)
                      )}
                    </li>
                  )}
                </ul>
              </span>
            </li>
          ))}
        </ul>
        {damages.length > MOST_DAMAGES && (
          <p>{trans._n('and %1 more', 'and %1 more', damages.length - MOST_DAMAGES)}</p>
        )}
      </>
    );
  }
}

function damageInWords({ what, how }: StoreDamage, trans: TranslationBundle): string {
  const name = {
    content: trans.__('The content of a file'),
    manifest: trans.__('A list of files'),
    record: trans.__('The record of a snapshot'),
    document: trans.__('A document of a snapshot'),
    tree: trans.__('A tree that runs share')
  }[what];
  const state = {
    lost: trans.__('is lost'),
    cut: trans.__('is cut off'),
    changed: trans.__('is not what was written')
  }[how];
  return trans.__('%1 %2', name, state);
}

function touchInWords(
  snapshots: Snapshots,
  id: string,
  path: string,
  trans: TranslationBundle
): string {
  const item = snapshots.get(id);
  const name = item ? snapshotName(item) : id;
  return path === ''
    ? trans.__('All of the snapshot “%1”', name)
    : trans.__('%1 in the snapshot “%2”', printableName(path), name);
}
