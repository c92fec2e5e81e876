import { ApiError } from './api';
import { Following, type Known } from './following';

/** Fails with one error after the other, then is over. */
class Failing extends Following<string, never> {
  constructor(private readonly errors: Error[]) {
    super(new Set(['run-unknown']));
    this.again();
  }

  protected async read(): Promise<Known<string>> {
    const error = this.errors.shift();
    if (error) throw error;
    return { state: 'read', isOver: true };
  }

  protected async *events(): AsyncIterable<never> {}

  protected reduce(state: string): string {
    return state;
  }
}

it('does not ask again for what was deleted, and says that it was', async () => {
  const run = new Failing([new ApiError('run-unknown', 'There is no such run.')]);
  await expect(run.known()).rejects.toThrow('There is no such run.');
  expect([run.isGone, run.retrying, run.state]).toEqual([true, false, null]);
});

it('asks again after any other failure', async () => {
  const run = new Failing([new Error('Nobody answers.')]);
  await expect(run.known()).rejects.toThrow('Nobody answers.');
  expect([run.isGone, run.retrying]).toEqual([false, true]);
  run.dispose();
});
