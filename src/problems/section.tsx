import type { Diagnostic, Fix, Severity } from '@chard/core';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { useState, type ComponentType } from 'react';
import { CommandIds } from '../commands';
import { Button } from '../controls/button';
import { bulbIcon, errorIcon, okIcon, warningIcon } from '../icons';
import { infoIcon } from '../viewIcons';
import { usePipeline } from '../notebooks/usePipeline';
import type { OpenNotebook } from '../tokens';
import { sortedProblems, takeFix } from './problems';

const ICONS = { error: errorIcon, warning: warningIcon, info: infoIcon };

/** All that is wrong with the notebook as a pipeline, with the repairs that can be taken. */
export function problemsSection(
  commands: CommandRegistry,
  trans: TranslationBundle
): ComponentType<OpenNotebook> {
  const severityNames: Record<Severity, string> = {
    error: trans.__('Error'),
    warning: trans.__('Warning'),
    info: trans.__('Note')
  };
  return function Problems({ pipeline }: OpenNotebook) {
    usePipeline(pipeline);
    const [said, setSaid] = useState('');
    const problems = sortedProblems(pipeline);
    const goTo = ({ cell, line }: Diagnostic): void => {
      const args = line === null ? { cell } : { cell, line };
      void commands.execute(CommandIds.goToCell, args);
    };
    const fix = async (problem: Diagnostic, chosen: Fix): Promise<void> => {
      const taken = await takeFix(pipeline, problem, chosen);
      setSaid(
        taken
          ? trans.__('Done: %1. Undo it as any edit of the notebook.', chosen.title)
          : trans.__('The problem is gone already.')
      );
    };
    return (
      <div className="jp-chard-Problems">
        {problems.length === 0 && pipeline.findings && (
          <p className="jp-chard-Problems-none" data-tone="ok">
            <okIcon.react tag="span" className="jp-chard-icon" />
            {trans.__('Nothing to complain about.')}
          </p>
        )}
        <ul>
          {problems.map((problem, at) => {
            const Icon = ICONS[problem.severity];
            return (
              <li
                key={`${problem.code} ${problem.cell} ${at}`}
                className={`jp-chard-Problem jp-chard-mod-${problem.severity}`}
              >
                <Icon.react
                  tag="span"
                  className="jp-chard-icon"
                  title={severityNames[problem.severity]}
                />
                <div className="jp-chard-Problem-text">
                  <span className="jp-chard-visually-hidden">
                    {severityNames[problem.severity]}:{' '}
                  </span>
                  {withCode(problem.message)}
                </div>
                <div className="jp-chard-Problem-actions">
                  {problem.fixes.map(each => (
                    <Button
                      key={each.title}
                      look="link"
                      icon={bulbIcon}
                      onClick={() => void fix(problem, each)}
                    >
                      {each.title}
                    </Button>
                  ))}
                  {problem.cell !== null && (
                    <Button
                      look="flat"
                      className="jp-chard-Problem-place"
                      onClick={() => goTo(problem)}
                    >
                      {problem.line === null
                        ? trans.__('cell %1', problem.cell + 1)
                        : trans.__('cell %1, line %2', problem.cell + 1, problem.line)}
                    </Button>
                  )}
                </div>
              </li>
            );
          })}
        </ul>
        <p role="status" className="jp-chard-visually-hidden">
          {said}
        </p>
      </div>
    );
  };
}

/** Names in quotation marks are code. */
function withCode(message: string) {
  return message
    .split(/("[^"\n]{1,80}")/)
    .map((part, at) =>
      at % 2 === 1 ? <code key={at}>{part.slice(1, -1)}</code> : <span key={at}>{part}</span>
    );
}
