/** A promise that somebody else settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
  readonly isSettled: boolean;
}

/** Nobody has to wait for it: a rejection that no one sees is none. */
export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  promise.catch(() => undefined);
  let isSettled = false;
  return {
    promise,
    resolve(value) {
      isSettled = true;
      resolve(value);
    },
    reject(error) {
      isSettled = true;
      reject(error);
    },
    get isSettled() {
      return isSettled;
    }
  };
}
