import { Pipeline } from '@chard/core/pipeline/model';
import { ChardError } from '../errors';
import { bindOtherValues } from '../notebooks/parameters';
import { PythonEnvironment } from '../python/environment';
import type { ArtefactName, Stores } from '../stores';

/**
 * The pipeline that a run executes, as it was then, with the run's values. @throws ChardError `artefact-missing`,
 * `artefact-damaged`.
 */
export function storedPipeline(stores: Stores, run: string): Pipeline {
  const text = new TextDecoder().decode(storedArtefact(stores, run, 'pipeline'));
  const pipeline = Pipeline.safeParse(JSON.parse(text));
  if (!pipeline.success) {
    throw new ChardError(
      'artefact-damaged',
      `The pipeline of the run ${run} is of another version of Chard. Start the run anew.`
    );
  }
  return bindOtherValues(pipeline.data, stores.runs.get(run)?.parameters ?? {});
}

/** The Python environment that a run was started in. */
export function storedEnvironment(stores: Stores, run: string): PythonEnvironment {
  return PythonEnvironment.parse(
    JSON.parse(new TextDecoder().decode(storedArtefact(stores, run, 'environment')))
  );
}

/** @throws ChardError `artefact-missing`, `artefact-damaged`. */
export function storedArtefact(stores: Stores, run: string, name: ArtefactName): Uint8Array {
  const digest = stores.runs.artefacts(run)[name];
  if (digest === undefined) {
    throw new ChardError('artefact-missing', `The run ${run} has no record of its ${name}.`);
  }
  return stores.artefacts.get(digest);
}
