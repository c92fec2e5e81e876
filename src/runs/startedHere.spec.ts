import { StateDB } from '@jupyterlab/statedb';
import { StartedHere } from './startedHere';

it('knows after a reload which runs were started and not told of', async () => {
  const state = new StateDB();
  const before = new StartedHere(state);
  expect(await before.restore()).toEqual([]);
  before.add('one');
  before.add('two');
  before.add('one');
  before.remove('two');
  await before.saved;
  const after = new StartedHere(state);
  expect(await after.restore()).toEqual(['one']);
  after.remove('one');
  await after.saved;
  expect(await new StartedHere(state).restore()).toEqual([]);
});

it('takes what is no list of ids as none', async () => {
  const state = new StateDB();
  await state.save('jupyterlab-chard:started-runs', { ids: [3, 'run'] });
  expect(await new StartedHere(state).restore()).toEqual(['run']);
  await state.save('jupyterlab-chard:started-runs', 'nonsense');
  expect(await new StartedHere(state).restore()).toEqual([]);
});
