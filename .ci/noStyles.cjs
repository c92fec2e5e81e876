// What a style sheet is in unit tests: nothing.
module.exports = {};
