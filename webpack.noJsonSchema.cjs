// Stands in the browser for the part of zod that makes JSON Schemas: nothing there does, and it is a fifth of zod.
const refuse = () => {
  throw new Error('JSON Schemas are made in Node only.');
};
module.exports = new Proxy({}, { get: (_, name) => (name === '__esModule' ? true : refuse) });
