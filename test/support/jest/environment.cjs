const { ModernFakeTimers } = require('@jest/fake-timers');
const { TestEnvironment } = require('jest-environment-node');
const { ConsoleLogger, Logger } = require('@nestjs/common');
const { register } = require('prom-client');

/**
 * Runs all suites of a worker in the global scope of the worker process, so that they share the loaded packages. After
 * each suite it resets environment variables, process listeners, metrics and Nest's logger.
 */
module.exports = class SharedRealm extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global = globalThis;
    this.fakeTimersModern = new ModernFakeTimers({ config: config.projectConfig, global: globalThis });
    Error.stackTraceLimit = 100;
    this.variables = { ...process.env };
    this.listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
  }

  getVmContext() {
    return globalThis;
  }

  async teardown() {
    await super.teardown();
    register.clear();
    Logger.overrideLogger(new ConsoleLogger());
    for (const name of process.eventNames())
      for (const listener of process.rawListeners(name))
        if (!this.listeners.get(name)?.includes(listener)) process.removeListener(name, listener);
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
  }
};
