import { delimiter } from 'node:path';
import { suggesterFolder } from '../../installation';

/** The variables of a process that finds `chard_suggester`, and nothing that lies where the command is given. */
export function suggesterEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = environment['PYTHONPATH'];
  return {
    ...environment,
    // What lies where the command is given is no module of ours.
    PYTHONSAFEPATH: '1',
    PYTHONPATH: [suggesterFolder(), ...(inherited ? [inherited] : [])].join(delimiter)
  };
}
