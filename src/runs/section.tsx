import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ComponentType } from 'react';
import { CommandIds } from '../commands';
import type { OpenNotebook } from '../tokens';
import type { Runs } from './runs';
import { duration, phaseIcon, phaseTone, phaseWord } from './words';

const MOST = 20;

/** The notebook's latest runs; a press opens one. */
export function runsSection(
  runs: Runs,
  commands: CommandRegistry,
  trans: TranslationBundle
): ComponentType<OpenNotebook> {
  return function RunsOfNotebook({ panel }: OpenNotebook) {
    return (
      <UseSignal signal={runs.changed}>
        {() => {
          const { problem, loaded } = runs.list;
          const found = runs.list.of(panel.context.path).slice(0, MOST);
          return (
            <div className="jp-chard-Runs">
              {problem !== null && (
                <p role="alert" className="jp-chard-Failure">
                  {problem}
                </p>
              )}
              {found.length === 0 && problem === null && (
                <p className="jp-chard-hint jp-chard-Section-text">
                  {loaded ? trans.__('Not run yet.') : trans.__('Loading…')}
                </p>
              )}
              <ul>
                {found.map(run => {
                  const Icon = phaseIcon(run.state);
                  return (
                    <li key={run.id}>
                      <button
                        type="button"
                        data-tone={phaseTone(run.state)}
                        onClick={() => void commands.execute(CommandIds.openRun, { run: run.id })}
                      >
                        <Icon.react tag="span" className="jp-chard-icon" />
                        <span>{run.title ?? new Date(run.createdAt).toLocaleTimeString()}</span>
                        <span className="jp-chard-hint">
                          {run.finishedAt === null
                            ? ''
                            : duration(Math.max(0, run.finishedAt - run.createdAt))}
                        </span>
                        <span className="jp-chard-Runs-state">{phaseWord(run.state, trans)}</span>
                      </button>
                    </li>
                  );
                })}
              </ul>
            </div>
          );
        }}
      </UseSignal>
    );
  };
}
