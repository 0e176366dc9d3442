const { createRequire, isBuiltin } = require('node:module');
const vm = require('node:vm');
const { default: Runtime } = require('jest-runtime');

// Jest compiles each module for the global object of its environment. In `environment.cjs` this is the global object of
// the process itself, which Node must not get as a `parsingContext`.
const compile = vm.compileFunction;
vm.compileFunction = (code, parameters, { parsingContext, ...options } = {}) =>
  compile(code, parameters, parsingContext === globalThis ? options : { parsingContext, ...options });

const isShared = (name) => /^[@a-z]/.test(name) && !isBuiltin(name) && name !== '@jest/globals';

/** Packages are loaded by Node, once for each worker. The shop's own modules are loaded by Jest, again for each suite. */
module.exports = class SharedPackages extends Runtime {
  requireModuleOrMock(from, name) {
    return isShared(name) ? createRequire(from)(name) : super.requireModuleOrMock(from, name);
  }
};
module.exports.default = module.exports;
