export * from './model';
export { runUnknown } from './failures';
export { newId } from './newId';
export { openStores } from './open';
export { BEAT_MILLISECONDS, ownerLives, thisOwner } from './owner';
