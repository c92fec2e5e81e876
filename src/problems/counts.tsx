import type { TranslationBundle } from '@jupyterlab/translation';
import { errorIcon, okIcon, warningIcon } from '../icons';
import type { NotebookPipeline } from '../notebooks/notebookPipeline';
import { usePipeline } from '../notebooks/usePipeline';
import { countProblems } from './problems';

/** How many errors and warnings there are, in words. */
export function Counts(props: {
  readonly pipeline: NotebookPipeline;
  readonly trans: TranslationBundle;
  readonly whenNone?: boolean;
}) {
  const { pipeline, trans, whenNone } = props;
  usePipeline(pipeline);
  const { error, warning } = countProblems(pipeline);
  if (error + warning === 0) {
    if (!whenNone || !pipeline.findings) return null;
    return (
      <span className="jp-chard-Counts" data-tone="ok">
        <okIcon.react tag="span" className="jp-chard-icon" />
        {trans.__('none')}
      </span>
    );
  }
  return (
    <span className="jp-chard-Counts">
      {error > 0 && (
        <span className="jp-chard-mod-error">
          <errorIcon.react tag="span" className="jp-chard-icon" />
          {trans._n('%1 error', '%1 errors', error)}
        </span>
      )}
      {warning > 0 && (
        <span className="jp-chard-mod-warning">
          <warningIcon.react tag="span" className="jp-chard-icon" />
          {trans._n('%1 warning', '%1 warnings', warning)}
        </span>
      )}
    </span>
  );
}
