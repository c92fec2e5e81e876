export * from './ast';
export * from './ipython';
export { tokenize, type Token, type TokenKind } from './lexer';
export * from './literals';
export * from './scopes';
export { parsePython, type ParsedModule, type SyntaxProblem } from './syntax';
export * from './walk';
