import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { useState, type ComponentType } from 'react';
import { CommandIds } from '../commands';
import { playIcon } from '../icons';
import { usePipeline } from '../notebooks/usePipeline';
import { countProblems } from '../problems/problems';
import type { OpenNotebook } from '../tokens';

/** The panel's one filled button. With errors it leads to them instead. */
export function runHeader(
  commands: CommandRegistry,
  trans: TranslationBundle
): ComponentType<OpenNotebook> {
  return function RunHeader({ pipeline }: OpenNotebook) {
    usePipeline(pipeline);
    const [starting, setStarting] = useState(false);
    const { error } = countProblems(pipeline);
    const start = async (): Promise<void> => {
      setStarting(true);
      try {
        await commands.execute(CommandIds.run);
      } finally {
        setStarting(false);
      }
    };
    return (
      <div className="jp-chard-Header">
        <button
          type="button"
          className="jp-chard-Button jp-chard-mod-primary"
          disabled={starting}
          onClick={() => void start()}
        >
          <playIcon.react tag="span" className="jp-chard-icon" />
          {starting ? trans.__('Starting…') : trans.__('Compile and run')}
        </button>
        {error > 0 && (
          <span className="jp-chard-hint">
            {trans._n('%1 error to repair first', '%1 errors to repair first', error)}
          </span>
        )}
      </div>
    );
  };
}
