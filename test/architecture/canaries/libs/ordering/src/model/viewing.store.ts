// breaks: model-imports-no-feature
export { shown } from '../view-order/shown.query';
