import type { ExperimentDiagnostic, FieldPath } from '@chard/core/experiment';
import { Button } from '../../controls/button';
import type { NotebookPipeline } from '../../notebooks/notebookPipeline';
import { errorIcon, warningIcon } from '../../icons';
import { infoIcon } from '../../viewIcons';

const ICONS = { error: errorIcon, warning: warningIcon, info: infoIcon };

/** Those that stand at a field or below it. */
export function faultsAt(
  problems: readonly ExperimentDiagnostic[],
  ...path: FieldPath
): ExperimentDiagnostic[] {
  return problems.filter(({ field }) => path.every((part, at) => field[at] === part));
}

/** Whether a field itself is wrong. */
export function isWrong(problems: readonly ExperimentDiagnostic[], ...path: FieldPath): boolean {
  return faultsAt(problems, ...path).some(({ severity }) => severity === 'error');
}

/** What is wrong with fields, each with the repairs that there are. */
export function Faults(props: {
  readonly id: string;
  readonly faults: readonly ExperimentDiagnostic[];
  readonly pipeline: NotebookPipeline;
}) {
  const { id, faults, pipeline } = props;
  if (faults.length === 0) return null;
  return (
    <ul id={id} className="jp-chard-Tuning-faults">
      {faults.map(({ code, message, severity, fixes }) => {
        const Icon = ICONS[severity];
        return (
          <li
            key={code + message}
            className={`jp-chard-mod-${severity}`}
            role={severity === 'error' ? 'alert' : undefined}
          >
            <Icon.react tag="span" className="jp-chard-icon" />
            <span>
              {message}{' '}
              {fixes.map(({ title, edits }) => (
                <Button key={title} look="inline" onClick={() => pipeline.apply(edits)}>
                  {title}
                </Button>
              ))}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
