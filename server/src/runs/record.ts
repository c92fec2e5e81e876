import { Pipeline } from '@chard/core/pipeline';
import { ChardError } from '../errors';
import { PythonEnvironment } from '../python/environment';
import type { ArtefactName, Stores } from '../stores';

/** The pipeline that a run executes, as it was then. */
export function storedPipeline(stores: Stores, run: string): Pipeline {
  return Pipeline.parse(
    JSON.parse(new TextDecoder().decode(storedArtefact(stores, run, 'pipeline')))
  );
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
