// If a message is given to CommandBus.execute, it runs at once and outside the inbox. Then a crash loses it, and a repeated
// message runs twice. The rule uses types, so it also finds a message in a variable. It also finds a message handler that has
// only Nest's @CommandHandler: the inbox does not know this handler and would never call it.

const isOfKernel = ({ declarations = [] }) =>
  declarations.some((declaration) => declaration.getSourceFile().fileName.includes('/libs/kernel/'));

const isMessage = (type) => {
  if (type.isUnionOrIntersection()) return type.types.some(isMessage);
  if (type.isTypeParameter()) return type.getConstraint() !== undefined && isMessage(type.getConstraint());
  if (type.symbol?.name === 'Message' && isOfKernel(type.symbol)) return true;
  return ((type.target ?? type).getBaseTypes() ?? []).some(isMessage);
};

/** Whether an object is a command bus, by its type or by its name. */
const isCommandBus = (type, name) => type.symbol?.name === 'CommandBus' || /^command(s|Bus)$/.test(name ?? '');

/** @type {import('eslint').Rule.RuleModule} */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      unmarked: 'Mark a handler of messages with @InboxCommandHandler: the inbox does not find this handler.',
      byHand: 'Send a message with EventBus.publish: it goes through the outbox and the inbox, and no crash loses it.',
    },
  },
  create(context) {
    const typeOf = (node) => context.sourceCode.parserServices.getTypeAtLocation(node);
    return {
      'Decorator > CallExpression[callee.name="CommandHandler"]'(node) {
        const commandType = node.arguments[0] && typeOf(node.arguments[0]).getConstructSignatures()[0]?.getReturnType();
        if (commandType && isMessage(commandType)) context.report({ node, messageId: 'unmarked' });
      },
      'CallExpression[callee.type="MemberExpression"][callee.property.name="execute"]'(node) {
        const [command] = node.arguments;
        const { object } = node.callee;
        if (!command || !isCommandBus(typeOf(object), object.name ?? object.property?.name)) return;
        if (isMessage(typeOf(command))) context.report({ node, messageId: 'byHand' });
      },
    };
  },
};
