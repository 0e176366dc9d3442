// The rule finds two mistakes. First, a message that is passed to CommandBus.execute: its handler runs outside the
// inbox, so a crash loses the message, and a repeated message has its effect twice. The rule uses types, so it also
// finds a message in a variable. Second, a message handler with only Nest's @CommandHandler: the inbox would never call
// this handler.

const isOfKernel = ({ declarations = [] }) =>
  declarations.some((declaration) => declaration.getSourceFile().fileName.includes('/libs/kernel/'));

const isMessage = (type) => {
  if (type.isUnionOrIntersection()) return type.types.some(isMessage);
  if (type.isTypeParameter()) return type.getConstraint() !== undefined && isMessage(type.getConstraint());
  if (type.symbol?.name === 'Message' && isOfKernel(type.symbol)) return true;
  return ((type.target ?? type).getBaseTypes() ?? []).some(isMessage);
};

/** Whether an object is a command bus, according to its type or its name. */
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
