import { deferred } from '../../engines/local/deferred';
import { ChardError } from '../../errors';
import type { Suggester } from '../suggester/suggester';
import { Algorithm } from './algorithm';

const failed = (): ChardError => new ChardError('suggester-failed', 'It is gone.');

/** A suggester in which a question waits until it is closed. */
function waiting(): { suggester: Suggester; question: Promise<never>; isClosed: () => boolean } {
  const end = deferred<never>();
  let closed = false;
  const close = (): void => {
    closed = true;
    end.reject(new ChardError('suggester-closed', 'The suggester was closed.'));
  };
  end.promise.catch(() => undefined);
  const suggester = { close } as unknown as Suggester;
  return { suggester, question: end.promise, isClosed: () => closed };
}

it('asks a question again that another one has taken the suggester from, however often', async () => {
  const opened = [waiting(), waiting(), waiting()];
  let next = 0;
  const open = async (): Promise<Suggester> => opened[(next += 1)]?.suggester ?? ({} as Suggester);
  const algorithm = new Algorithm(opened[0]?.suggester ?? null, open);
  let asked = 0;
  const patient = algorithm.consult(suggester => {
    asked += 1;
    const found = opened.find(each => each.suggester === suggester);
    return asked < 3 && found ? found.question : Promise.resolve('answer');
  });
  let failures = 0;
  const breaking = algorithm.consult(() => {
    failures += 1;
    return Promise.reject(failed());
  });
  await expect(breaking).rejects.toMatchObject({ code: 'suggester-failed' });
  expect(failures).toBe(3);
  await expect(patient).resolves.toBe('answer');
});

it('asks nothing again once it is closed', async () => {
  const first = waiting();
  const algorithm = new Algorithm(first.suggester, () => Promise.reject(failed()));
  const question = algorithm.consult(() => first.question);
  algorithm.close();
  await expect(question).rejects.toMatchObject({ code: 'suggester-closed' });
});
