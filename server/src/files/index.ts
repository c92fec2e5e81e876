export { confine, isConfined } from './confine';
export { MemoryDigestIndex, type DigestIndex, type RememberedDigest } from './digestIndex';
export { digestFile, Digests, type FileDigest } from './digests';
export { fileFailure } from './failures';
export { FileStore } from './fileStore';
export { SqliteDigestIndex } from './sqliteDigestIndex';
export { makeFolders } from './makeFolders';
export { isRacy, sameStamp, stampOf, type Stamp } from './stamp';
export { errorCode, reasonOf } from './systemErrors';
