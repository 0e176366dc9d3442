// A message that is handed to CommandBus.execute runs at once and outside the inbox: a crash loses it, and a repetition runs
// it twice. The rule asks the types, so it also finds a message in a variable. A handler of messages that has Nest's
// @CommandHandler alone would never be called: the inbox does not know it.

const isOfKernel = ({ declarations = [] }) =>
  declarations.some((declaration) => declaration.getSourceFile().fileName.includes('/libs/kernel/'));

const isMessage = (type) => {
  if (type.isUnionOrIntersection()) return type.types.some(isMessage);
  if (type.isTypeParameter()) return type.getConstraint() !== undefined && isMessage(type.getConstraint());
  if (type.symbol?.name === 'Message' && isOfKernel(type.symbol)) return true;
  return ((type.target ?? type).getBaseTypes() ?? []).some(isMessage);
};

/** By its type, or by its name. */
const isCommandBus = (type, name) => type.symbol?.name === 'CommandBus' || /^command(s|Bus)$/.test(name ?? '');

/** @type {import('eslint').Rule.RuleModule} */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      unmarked: 'Mark a handler of messages with @InboxCommandHandler: the inbox does not know this one.',
      byHand: 'Send a message with EventBus.publish: it goes through the outbox and the inbox, and no crash loses it.',
    },
  },
  create(context) {
    const typeOf = (node) => context.sourceCode.parserServices.getTypeAtLocation(node);
    return {
      'Decorator > CallExpression[callee.name="CommandHandler"]'(node) {
        const made = node.arguments[0] && typeOf(node.arguments[0]).getConstructSignatures()[0]?.getReturnType();
        if (made && isMessage(made)) context.report({ node, messageId: 'unmarked' });
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
